-- Whether a demand fits, and with how many output tokens: the arithmetic of HoldRules.Decide, which a test compares with it.

-- How many of the wanted tokens an amount pays for beside the fixed part; -1 when it does not even pay that.
local function affordable(demand, high, low)
    if isLess(high, low, demand.fixedHigh, demand.fixedLow) then return -1 end
    if demand.perHigh == 0 and demand.perLow == 0 then return demand.wanted end
    high, low = subtract(high, low, demand.fixedHigh, demand.fixedLow)
    return quotient(high, low, demand.perHigh, demand.perLow, demand.wanted)
end

local function costOf(demand, tokens)
    local high, low = times(demand.perHigh, demand.perLow, tokens)
    return add(high, low, demand.fixedHigh, demand.fixedLow)
end

-- What is left of a level: limit - spent; without a limit, as much as can be counted. Then limit - spent - held.
local function restOf(level)
    if level.limitHigh == nil then return subtract(MOST_HIGH, MOST_LOW, level.spentHigh, level.spentLow) end
    local high, low = addSaturated(level.limitHigh, level.limitLow, level.extraHigh, level.extraLow)
    return subtract(high, low, level.spentHigh, level.spentLow)
end

local function availableOf(level)
    local high, low = restOf(level)
    return subtract(high, low, level.heldHigh, level.heldLow)
end

-- 'G' granted, 'W' must wait, 'E' exceeded, 'F' frozen; then the tokens, and which level of the path decided.
local function decide(path, demand)
    local restHigh, restLow, availableHigh, availableLow = MOST_HIGH, MOST_LOW, MOST_HIGH, MOST_LOW
    local by, scarcest, isLimited = 1, 1, false
    for i, level in ipairs(path) do
        if level.isFrozen then return 'F', 0, i end
        isLimited = isLimited or level.limitHigh ~= nil
        local high, low = restOf(level)
        if i == 1 and high >= 0 and (high > 0 or low > 0) then
            high, low = subtract(high, low, demand.reserveHigh, demand.reserveLow)
            if high < 0 then high, low = -1, BASE - 1 end
        end
        if isLess(high, low, restHigh, restLow) then restHigh, restLow, by = high, low, i end
        high, low = subtract(high, low, level.heldHigh, level.heldLow)
        if isLess(high, low, availableHigh, availableLow) then availableHigh, availableLow, scarcest = high, low, i end
    end
    local most = affordable(demand, restHigh, restLow)
    if most < demand.floor then return 'E', 0, by end
    local tokens = demand.wanted
    if demand.isOpen and demand.floor < demand.wanted and isLimited then
        tokens = affordable(demand, quarter(restHigh, restLow))
        if tokens < demand.floor then tokens = demand.floor end
    end
    if most < tokens then tokens = most end
    local costHigh, costLow = costOf(demand, tokens)
    if isLess(availableHigh, availableLow, costHigh, costLow) then return 'W', tokens, scarcest end
    return 'G', tokens, scarcest
end
