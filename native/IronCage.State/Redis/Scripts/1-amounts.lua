-- Amounts in picodollars, exactly. Lua counts in doubles, which are exact to 2^53 (9,007 dollars): an amount is two numbers, high and low, of which low is 0 to 10^9 - 1 and
-- the amount is high * 10^9 + low. Negative amounts have a negative high. Keys and arguments hold decimal strings, which Redis itself adds as Int64.
if redis.replicate_commands then redis.replicate_commands() end -- up to Redis 6.2: TIME may come before writes

local BASE = 1e9
local MOST_HIGH, MOST_LOW = 9223372036, 854775807 -- Int64.MaxValue
local floor, byte, sub, format, tonumber = math.floor, string.byte, string.sub, string.format, tonumber

local function parse(digits)
    local isNegative = byte(digits, 1) == 45
    if isNegative then digits = sub(digits, 2) end
    local high, low = 0, nil
    if #digits <= 9 then
        low = tonumber(digits)
    else
        high, low = tonumber(sub(digits, 1, #digits - 9)), tonumber(sub(digits, -9))
    end
    if not isNegative then return high, low end
    if low == 0 then return -high, 0 end
    return -high - 1, BASE - low
end

local function show(high, low)
    local sign = ''
    if high < 0 then
        sign = '-'
        if low == 0 then high = -high else high, low = -high - 1, BASE - low end
    end
    if high == 0 then return format('%s%.0f', sign, low) end
    return format('%s%.0f%09.0f', sign, high, low)
end

local function add(aHigh, aLow, bHigh, bLow)
    local low = aLow + bLow
    if low >= BASE then return aHigh + bHigh + 1, low - BASE end
    return aHigh + bHigh, low
end

local function subtract(aHigh, aLow, bHigh, bLow)
    local low = aLow - bLow
    if low < 0 then return aHigh - bHigh - 1, low + BASE end
    return aHigh - bHigh, low
end

local function isLess(aHigh, aLow, bHigh, bLow)
    return aHigh < bHigh or (aHigh == bHigh and aLow < bLow)
end

local function least(aHigh, aLow, bHigh, bLow)
    if isLess(bHigh, bLow, aHigh, aLow) then return bHigh, bLow end
    return aHigh, aLow
end

-- Stays at the largest amount instead of overflowing: spent money is never forgotten.
local function addSaturated(aHigh, aLow, bHigh, bLow)
    local high, low = add(aHigh, aLow, bHigh, bLow)
    return least(high, low, MOST_HIGH, MOST_LOW)
end

-- a - b, but not below zero.
local function take(aHigh, aLow, bHigh, bLow)
    local high, low = subtract(aHigh, aLow, bHigh, bLow)
    if high < 0 then return 0, 0 end
    return high, low
end

local function quarter(high, low)
    return floor(high / 4), floor((high % 4 * BASE + low) / 4)
end

-- An amount of at most Int64.MaxValue times a count below 2^53. Exact as long as the product is below 2 * 10^19; one that is not is told apart by its size.
local function times(high, low, count)
    if (high * BASE + low) * count > 2e19 then return 2e10, 0 end
    local millions = floor(count / 1e6)
    local middle = low * millions -- below 2 * 10^13
    local rest = middle % 1000 * 1e6 + low * (count % 1e6) -- below 10^15 + 10^9
    return high * count + floor(middle / 1000) + floor(rest / BASE), rest % BASE
end

-- How often a part (above zero) goes into an amount (not below zero), at most `most` times (below 2^53).
local function quotient(high, low, partHigh, partLow, most)
    local estimate = floor((high * BASE + low) / (partHigh * BASE + partLow))
    local count = estimate < most and estimate or most
    local productHigh, productLow = times(partHigh, partLow, count)
    while isLess(high, low, productHigh, productLow) do -- the estimate is off by a few at most
        count = count - 1
        productHigh, productLow = times(partHigh, partLow, count)
    end
    while count < most do
        productHigh, productLow = times(partHigh, partLow, count + 1)
        if isLess(high, low, productHigh, productLow) then break end
        count = count + 1
    end
    return count
end
