-- Budgets, one hash each, as this script reads and changes them. Nothing is written before the end, so that a script that fails has changed nothing.
local call = redis.call
local prefix = ARGV[1]
local now = 0 -- milliseconds since 1970 UTC, by the server's clock
local rows, order, windows, events, overruns = {}, {}, {}, {}, {}
local isRolling = false -- windows that have ended are ended: not before what was settled in them is booked

local function note(row, at, kind, amount, text)
    events[#events + 1] = { row.name, format('%.0f|%d|%s|%s', at, kind, amount, text) }
end

local function begin(row, window, zone)
    if window == 'total' then
        row.window, row.zone, row.start, row.stop = window, zone, 0, nil
    else
        for _, known in ipairs(windows) do
            if known.window == window and known.zone == zone and known.start <= now and now < known.stop then
                row.window, row.zone, row.start, row.stop = window, zone, known.start, known.stop
                row.spentHigh, row.spentLow, row.extraHigh, row.extraLow = 0, 0, 0, 0
                row.isChanged = true
                return
            end
        end
        error({ 'WINDOW', window, zone, format('%.0f', now) }) -- the caller tells when it begins and ends, and asks again
    end
    row.isChanged = true
end

-- Clocks may be set back: a window that has begun stays the current one until it ends.
local function roll(row)
    if row.stop and now >= row.stop then
        note(row, row.stop, 5, show(row.spentHigh, row.spentLow), '')
        begin(row, row.window, row.zone)
    end
end

local function load(name, depth)
    local row = rows[name]
    if row ~= nil then return row end
    if depth == 0 then error({ 'DAMAGED', 'the budgets above "' .. name .. '" form a circle' }) end
    local found = call('HMGET', prefix .. 'b:' .. name, 'spent', 'held', 'limit', 'extra', 'frozen', 'window', 'zone', 'start', 'stop', 'parent', 'wanted')
    if not found[1] then
        if call('SISMEMBER', prefix .. 'names', name) == 1 then error({ 'DAMAGED', 'the budget "' .. name .. '" is gone' }) end
        rows[name] = false
        return false
    end
    row = { name = name, isFrozen = found[5] == '1', window = found[6], zone = found[7], start = tonumber(found[8]), stop = tonumber(found[9]), wanted = tonumber(found[11] or '0') }
    row.spentHigh, row.spentLow = parse(found[1])
    row.heldHigh, row.heldLow = parse(found[2])
    if found[3] ~= '' then row.limitHigh, row.limitLow = parse(found[3]) end
    row.extraHigh, row.extraLow = parse(found[4])
    rows[name] = row
    order[#order + 1] = row
    if found[10] ~= '' then
        row.parent = load(found[10], depth - 1)
        if not row.parent then error({ 'DAMAGED', 'the budget "' .. found[10] .. '" is gone' }) end
    end
    if isRolling then roll(row) end
    return row
end

-- The budget and those above it.
local function pathOf(name)
    local row = load(name, 16)
    if not row then error({ 'DAMAGED', 'the budget "' .. name .. '" is gone' }) end
    if not row.path then
        row.path = {}
        local level = row
        while level do
            row.path[#row.path + 1] = level
            level = level.parent
        end
    end
    return row.path
end

local function hold(path, high, low)
    for _, level in ipairs(path) do
        level.heldHigh, level.heldLow = add(level.heldHigh, level.heldLow, high, low)
        level.isChanged = true
    end
end

local function release(path, high, low)
    for _, level in ipairs(path) do
        level.heldHigh, level.heldLow = take(level.heldHigh, level.heldLow, high, low)
        level.isChanged = true
    end
end

local function spend(level, high, low)
    level.spentHigh, level.spentLow = addSaturated(level.spentHigh, level.spentLow, high, low)
    level.isChanged = true
end

local function limitText(row)
    return row.limitHigh and show(row.limitHigh, row.limitLow) or ''
end

local function writeRows()
    for _, row in ipairs(order) do
        if row.isChanged then
            call('HSET', prefix .. 'b:' .. row.name, 'spent', show(row.spentHigh, row.spentLow), 'held', show(row.heldHigh, row.heldLow), 'limit', limitText(row),
                'extra', show(row.extraHigh, row.extraLow), 'frozen', row.isFrozen and '1' or '0', 'window', row.window, 'zone', row.zone, 'start', format('%.0f', row.start),
                'stop', row.stop and format('%.0f', row.stop) or '', 'parent', row.parent and row.parent.name or '', 'wanted', format('%.0f', row.wanted))
            if row.isNew then call('SADD', prefix .. 'names', row.name) end
        end
    end
    for _, event in ipairs(events) do
        call('LPUSH', prefix .. 'e:' .. event[1], event[2])
        call('LTRIM', prefix .. 'e:' .. event[1], 0, 9999)
    end
    for _, over in ipairs(overruns) do
        local known = call('HMGET', prefix .. 'over:' .. over[1], 'count', 'above')
        local high, low = parse(known[2] or '0')
        local moreHigh, moreLow = parse(over[2])
        high, low = addSaturated(high, low, moreHigh, moreLow)
        call('HSET', prefix .. 'over:' .. over[1], 'count', format('%.0f', tonumber(known[1] or '0') + 1), 'above', show(high, low))
        call('LPUSH', prefix .. 'overruns:' .. over[1], over[3])
        call('LTRIM', prefix .. 'overruns:' .. over[1], 0, 999)
    end
end
