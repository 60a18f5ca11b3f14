-- The steps of a batch: a letter, then its arguments.
local position = 0
local results = {}
local woken = {} -- names of top budgets in which money came free
local blocked = {} -- levels at which somebody waits who came before
local isGranted = {} -- names of budgets in which a demand was granted
local leaves = false

local function nextArgument()
    position = position + 1
    return ARGV[position]
end

local function nextNumber() return tonumber(nextArgument()) end

local function answer(...)
    for i = 1, select('#', ...) do results[#results + 1] = (select(i, ...)) end
end

local function topOf(path) return path[#path] end

local function wake(path) woken[topOf(path).name] = topOf(path) end

local function setLimit(row, limit, text)
    if limitText(row) == limit then return end
    row.limitHigh, row.limitLow = parse(limit)
    -- What was taken from the window takes the limit to zero at most.
    local mostHigh, mostLow = subtract(0, 0, row.limitHigh, row.limitLow)
    if isLess(row.extraHigh, row.extraLow, mostHigh, mostLow) then row.extraHigh, row.extraLow = mostHigh, mostLow end
    row.isChanged = true
    note(row, now, 1, limit, text)
end

-- R name, when, spent, released: what this owner settled, and what it gives back of its lease.
local function report()
    local path = pathOf(nextArgument())
    local at = nextNumber()
    local spentHigh, spentLow = parse(nextArgument())
    local high, low = parse(nextArgument())
    for _, level in ipairs(path) do
        if level.stop and at >= level.stop then roll(level) end
        if at >= level.start then spend(level, spentHigh, spentLow) end -- what was settled in a window that has ended is over
    end
    if high > 0 or low > 0 then
        local lease = leaseOf(path[1].name)
        high, low = least(high, low, lease.high, lease.low)
        release(path, high, low)
        changeLease(lease, subtract(lease.high, lease.low, high, low))
    end
    wake(path)
end

-- O name, limit, window, zone, parent; what is empty stays as it is. Answers '' or what is wrong, and with what.
local function open()
    local name, limit, window, zone, parentName = nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument()
    local row = load(name, 16)
    if row then
        local above = row.parent and row.parent.name or ''
        if parentName ~= '' and parentName ~= above then return answer('MOVED', above) end
        if window ~= '' and (window ~= row.window or zone ~= row.zone) then
            if row.stop then note(row, now, 5, show(row.spentHigh, row.spentLow), '') end
            begin(row, window, zone)
        end
        if limit ~= '' then setLimit(row, limit, '') end
        wake(pathOf(name))
        return answer('', '')
    end
    local parent = nil
    if parentName ~= '' then
        parent = load(parentName, 16)
        if not parent then return answer('ORPHAN', '') end
        if #pathOf(parentName) >= 16 then return answer('DEEP', '') end
    end
    row = { name = name, isNew = true, spentHigh = 0, spentLow = 0, heldHigh = 0, heldLow = 0, extraHigh = 0, extraLow = 0, isFrozen = false, wanted = 0, parent = parent }
    begin(row, window == '' and 'total' or window, zone == '' and 'UTC' or zone)
    if limit ~= '' then row.limitHigh, row.limitLow = parse(limit) end
    rows[name] = row
    order[#order + 1] = row
    note(row, now, 0, limit, '')
    answer('', '')
end

-- C name, top-up, limit, frozen, note, id; what is empty stays as it is. Answers '' or what is wrong, and the limit and the top-ups that it is wrong for.
local function change()
    local name, topUp, limit, frozen, text, id = nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument()
    local path = pathOf(name)
    local row = path[1]
    if id ~= '' then
        if call('ZSCORE', prefix .. 'c:' .. name, id) then return answer('', '', '') end
    end
    if topUp ~= '' then
        if not row.limitHigh then return answer('UNLIMITED', '', '') end
        local extraHigh, extraLow = add(row.extraHigh, row.extraLow, parse(topUp))
        local high, low = add(row.limitHigh, row.limitLow, extraHigh, extraLow)
        if (high < 0 and byte(topUp, 1) == 45) or isLess(MOST_HIGH, MOST_LOW, high, low) then return answer('RANGE', limitText(row), show(row.extraHigh, row.extraLow)) end
        row.extraHigh, row.extraLow, row.isChanged = extraHigh, extraLow, true
        note(row, now, 2, topUp, text)
    end
    if limit ~= '' then setLimit(row, limit, text) end
    if frozen ~= '' and (frozen == '1') ~= row.isFrozen then
        row.isFrozen, row.isChanged = frozen == '1', true
        note(row, now, row.isFrozen and 3 or 4, '', text)
    end
    if id ~= '' then
        otherWrites[#otherWrites + 1] = { 'ZADD', prefix .. 'c:' .. name, format('%.0f', now), id }
        otherWrites[#otherWrites + 1] = { 'ZREMRANGEBYRANK', prefix .. 'c:' .. name, 0, -10001 }
    end
    wake(path)
    answer('', '', '')
end

local function isBlocked(path)
    for _, level in ipairs(path) do
        if blocked[level] then return true end
    end
    return false
end

-- Whoever comes later may not take what this one waits for: the levels that are short. One that waits only behind others blocks its own account.
local function block(path, demand, tokens)
    local high, low = costOf(demand, tokens)
    local isShort = false
    for _, level in ipairs(path) do
        local availableHigh, availableLow = availableOf(level)
        if level.limitHigh and isLess(availableHigh, availableLow, high, low) then
            blocked[level] = true
            isShort = true
        end
    end
    if not isShort then blocked[path[1]] = true end
end

-- H name, fixed, per token, wanted, floor, open-ended, reserve, may wait, to whom it is reported: a demand. Answers what was decided, the amount, the tokens, and the level
-- that decided with its figures.
local function demand()
    local path = pathOf(nextArgument())
    local it = {}
    it.fixedHigh, it.fixedLow = parse(nextArgument())
    it.perHigh, it.perLow = parse(nextArgument())
    it.wanted, it.floor, it.isOpen = nextNumber(), nextNumber(), nextArgument() == '1'
    it.reserveHigh, it.reserveLow = parse(nextArgument())
    local mayWait, who = nextArgument() == '1', nextArgument()
    local decision, tokens, by = decide(path, it)
    if decision == 'G' and isBlocked(path) then decision = 'W' end
    local amount = '0'
    if decision == 'G' then
        local high, low = costOf(it, tokens)
        grant(path, high, low)
        isGranted[path[1].name] = true
        amount, by = show(high, low), 1
        if who ~= '' then otherWrites[#otherWrites + 1] = { 'HSET', prefix .. 'o:' .. owner, 'who', who } end
    elseif decision == 'W' and mayWait then
        block(path, it, tokens)
        local top = topOf(path)
        if top.wanted < now + 500 then
            -- Whoever keeps money in hand gives it back while this is in the future; whoever waits says so again before it is past.
            top.wanted, top.isChanged = now + 1000, true
            woken[top.name] = top
        end
    end
    local level = path[by]
    local limit = ''
    if level.limitHigh then limit = show(addSaturated(level.limitHigh, level.limitLow, level.extraHigh, level.extraLow)) end
    answer(decision, amount, format('%.0f', tokens), level.name, limit, show(level.spentHigh, level.spentLow), show(level.heldHigh, level.heldLow), level.isFrozen and '1' or '0',
        level.stop and format('%.0f', level.stop) or '')
end

-- G name, wanted, to whom it is reported, whether only after a grant: money to have in hand. Answers how much it is: at most a quarter of what is available, and nothing while
-- somebody waits.
local function stock()
    local path = pathOf(nextArgument())
    local high, low = parse(nextArgument())
    local who, whenGranted = nextArgument(), nextArgument() == '1'
    local isRefused = topOf(path).wanted > now or (whenGranted and not isGranted[path[1].name])
    for _, level in ipairs(path) do
        local availableHigh, availableLow = availableOf(level)
        if level.isFrozen or availableHigh < 0 then isRefused = true end
        high, low = least(high, low, quarter(availableHigh, availableLow))
    end
    if isRefused or (high == 0 and low == 0) then return answer('0') end
    grant(path, high, low)
    if who ~= '' then otherWrites[#otherWrites + 1] = { 'HSET', prefix .. 'o:' .. owner, 'who', who } end
    answer(show(high, low))
end

-- Circuits that are shared: a hash of host|model -> "open? until probed-until change prober changer", and the count of changes as '#'. What this batch changes lies over it.
local circuitsKey = prefix .. 'circuits'
local circuits = {}
local circuitChanges = nil
local isCircuitChanged = false

local function changesOfCircuits()
    circuitChanges = circuitChanges or tonumber(call('HGET', circuitsKey, '#') or '0')
    return circuitChanges
end

local function circuitOf(key)
    local text = circuits[key] or call('HGET', circuitsKey, key)
    if not text then return nil end
    local isOpen, till, probed, change, prober, changer = string.match(text, '^(%d) (%d+) (%d+) (%d+) (%S+) (%S+)$')
    return { isOpen = isOpen, till = tonumber(till), probed = tonumber(probed), change = tonumber(change), prober = prober, changer = changer }
end

local function keepCircuit(key, it)
    circuits[key] = format('%s %.0f %.0f %.0f %s %s', it.isOpen, it.till, it.probed, it.change, it.prober, it.changer)
    otherWrites[#otherWrites + 1] = { 'HSET', circuitsKey, key, circuits[key] }
end

-- T by, key, what (0 closed, 1 opened, 2 the probe is given back), how long it refuses: what happened to a circuit.
local function tellCircuit()
    local by, key, what, time = nextArgument(), nextArgument(), nextArgument(), nextNumber()
    if what == '2' then
        local it = circuitOf(key)
        if not it or it.prober ~= by then return end
        it.probed, it.prober = 0, '-'
        return keepCircuit(key, it)
    end
    circuitChanges = changesOfCircuits() + 1
    isCircuitChanged = true
    otherWrites[#otherWrites + 1] = { 'HSET', circuitsKey, '#', format('%.0f', circuitChanges) }
    keepCircuit(key, { isOpen = what, till = now + time, probed = 0, change = circuitChanges, prober = '-', changer = by })
end

-- Q by, key, lease: asks for the probe of a circuit. Answers whether it is his.
local function probeCircuit()
    local by, key, lease = nextArgument(), nextArgument(), nextNumber()
    local it = circuitOf(key)
    if not it then return answer('1') end
    if it.isOpen ~= '1' or it.till > now or it.probed > now then return answer('0') end
    it.probed, it.prober = now + lease, by
    keepCircuit(key, it)
    answer('1')
end

-- K seen: the circuits that changed after a change that is known. Those that closed a day ago are forgotten.
local function changedCircuits()
    local seen = nextNumber()
    if changesOfCircuits() <= seen then return answer('0') end
    local found = {}
    local all = call('HGETALL', circuitsKey)
    for i = 1, #all, 2 do circuits[all[i]] = circuits[all[i]] or all[i + 1] end
    for key in pairs(circuits) do
        local it = key ~= '#' and circuitOf(key) or nil
        if it and it.isOpen ~= '1' and it.till < now - 86400000 then
            otherWrites[#otherWrites + 1] = { 'HDEL', circuitsKey, key }
        elseif it and it.change > seen then
            found[#found + 1] = { key, it }
        end
    end
    answer(format('%d', #found))
    for _, pair in ipairs(found) do
        local it = pair[2]
        answer(pair[1], it.isOpen, format('%.0f', it.till), format('%.0f', it.change), it.changer)
    end
end

local steps = {
    T = tellCircuit, Q = probeCircuit, K = changedCircuits,
    R = report, O = open, C = change, H = demand, G = stock,
    -- L: the owner leaves. Holds that are open stay until they expire.
    L = function() leaves = true end,
    -- F name: its figures are wanted.
    F = function() pathOf(nextArgument()) end,
    -- A trail, entry, hash: how far an audit trail has come. One that is shorter than it was does not replace what is known.
    A = function()
        local trail, entry, hash = nextArgument(), nextNumber(), nextArgument()
        local known = call('HGET', prefix .. 'anchors', trail)
        if known and tonumber(string.match(known, '^%d+')) > entry then return end
        otherWrites[#otherWrites + 1] = { 'HSET', prefix .. 'anchors', trail, format('%.0f:%s %.0f', entry, hash, now) }
    end,
    -- V name, above, text: a cost above its hold, told of every budget of the path.
    V = function()
        local path = pathOf(nextArgument())
        local above, text = nextArgument(), nextArgument()
        for _, level in ipairs(path) do overruns[#overruns + 1] = { level.name, above, text } end
    end,
    -- S hour, to whom, calls, estimated, overbilled, input, cached, output, cost: for the report.
    S = function()
        addSpend(nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument(), nextArgument())
    end,
}

local function run(last)
    while position < last do steps[nextArgument()]() end
end
