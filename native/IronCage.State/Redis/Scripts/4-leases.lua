-- Owners: processes that have a part of a budget to themselves. A lease counts as held. That of an owner that fell silent is booked as spent, in full; if it comes back
-- after all, it gets its lease again, and settles as it would have.
local owner = ARGV[2]
local leases, changedLeases, spendLines = {}, {}, {}
local otherWrites = {} -- commands, as tables

local function leaseOf(name)
    local lease = leases[name]
    if lease then return lease end
    lease = { name = name }
    lease.high, lease.low = parse(call('HGET', prefix .. 'o:' .. owner, 'l:' .. name) or '0')
    leases[name] = lease
    return lease
end

local function changeLease(lease, high, low)
    lease.high, lease.low = high, low
    if not lease.isChanged then
        lease.isChanged = true
        changedLeases[#changedLeases + 1] = lease
    end
end

local function grant(path, high, low)
    hold(path, high, low)
    local lease = leaseOf(path[1].name)
    changeLease(lease, add(lease.high, lease.low, high, low))
end

local function addSpend(hour, who, calls, estimated, overbilled, input, cached, output, cost)
    if who ~= '' then spendLines[#spendLines + 1] = { hour, who, calls, estimated, overbilled, input, cached, output, cost } end
end

-- Books the leases of owners that said nothing for as long as they had said. An expired lease is 'amount|when|to whom it is reported'.
local function sweep()
    for _, dead in ipairs(call('ZRANGEBYSCORE', prefix .. 'owners', '-inf', format('%.0f', now), 'LIMIT', 0, 20)) do
        if dead ~= owner then
            local key = prefix .. 'o:' .. dead
            local fields = call('HGETALL', key)
            local who = ''
            for i = 1, #fields, 2 do
                if fields[i] == 'who' then who = fields[i + 1] end
            end
            for i = 1, #fields, 2 do
                local name = string.match(fields[i], '^l:(.*)$')
                if name then
                    local high, low = parse(fields[i + 1])
                    for _, level in ipairs(pathOf(name)) do
                        level.heldHigh, level.heldLow = take(level.heldHigh, level.heldLow, high, low)
                        spend(level, high, low)
                    end
                    addSpend(format('%.0f', floor(now / 3600000)), who, '1', '1', '0', '0', '0', '0', fields[i + 1])
                    otherWrites[#otherWrites + 1] = { 'HSET', key, 'x:' .. name, fields[i + 1] .. '|' .. format('%.0f', now) .. '|' .. who }
                    otherWrites[#otherWrites + 1] = { 'HDEL', key, fields[i] }
                end
            end
            otherWrites[#otherWrites + 1] = { 'HSET', key, 'dead', format('%.0f', now) }
            otherWrites[#otherWrites + 1] = { 'ZREM', prefix .. 'owners', dead }
            otherWrites[#otherWrites + 1] = { 'EXPIRE', key, 2592000 } -- so long a late settlement is waited for
        end
    end
end

-- This owner was taken for dead. What was booked is taken back and leased again, where it was booked in a window that goes on; where that has ended, it is leased in the
-- current one. If it does not fit there, because others have it by now, what was booked stays, and the lease is gone: its name is returned.
local function revive()
    local key = prefix .. 'o:' .. owner
    local fields, gone = call('HGETALL', key), {}
    for i = 1, #fields, 2 do
        local name = string.match(fields[i], '^x:(.*)$')
        if name then
            local amount, at, who = string.match(fields[i + 1], '^(%d+)|(%d+)|(.*)$')
            local high, low = parse(amount)
            local path, fits = pathOf(name), true
            at = tonumber(at)
            for _, level in ipairs(path) do
                if at < level.start and level.limitHigh then
                    local availableHigh, availableLow = availableOf(level)
                    fits = fits and not isLess(availableHigh, availableLow, high, low)
                end
            end
            if fits then
                for _, level in ipairs(path) do
                    if at >= level.start then
                        level.spentHigh, level.spentLow = take(level.spentHigh, level.spentLow, high, low)
                        level.isChanged = true
                    end
                end
                hold(path, high, low)
                changeLease(leaseOf(name), high, low)
            else
                gone[#gone + 1] = name
            end
            addSpend(format('%.0f', floor(at / 3600000)), who, '-1', '-1', '0', '0', '0', '0', '-' .. amount)
            otherWrites[#otherWrites + 1] = { 'HDEL', key, fields[i] }
        end
    end
    otherWrites[#otherWrites + 1] = { 'HDEL', key, 'dead' }
    otherWrites[#otherWrites + 1] = { 'PERSIST', key }
    return gone
end

local function increase(key, field, by)
    if by == '0' then return end
    local done = redis.pcall('HINCRBY', key, field, by)
    if type(done) == 'table' and done.err then call('HSET', key, field, '9223372036854775807') end -- beyond counting
end

local function writeLeases()
    local key = prefix .. 'o:' .. owner
    for _, write in ipairs(otherWrites) do call(unpack(write)) end
    for _, lease in ipairs(changedLeases) do
        if lease.high == 0 and lease.low == 0 then
            call('HDEL', key, 'l:' .. lease.name)
        else
            call('HSET', key, 'l:' .. lease.name, show(lease.high, lease.low))
        end
    end
    for _, line in ipairs(spendLines) do
        local id = call('HGET', prefix .. 'who', line[2])
        if not id then
            id = format('%.0f', call('HINCRBY', prefix .. 'meta', 'whos', 1))
            call('HSET', prefix .. 'who', line[2], id)
        end
        local hour = prefix .. 's:' .. line[1]
        call('ZADD', prefix .. 'hours', line[1], line[1])
        for i = 3, 9 do increase(hour, id .. ':' .. (i - 3), line[i]) end
    end
end
