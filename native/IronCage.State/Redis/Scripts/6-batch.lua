-- One batch of one owner: everything or nothing.
-- ARGV: prefix, owner, number of the batch, epoch ('' from an owner that is new), an epoch for a namespace that is new, the highest count of batches seen, the time ('' for the
-- server's), expiry in milliseconds, whether a namespace may be made, the owner in words, number of windows, their (window, zone, start, stop), number of arguments of
-- reports, the reports, the other steps.
local number, epoch, seen, expiry = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[6]), tonumber(ARGV[8])
local metaKey, ownerKey = prefix .. 'meta', prefix .. 'o:' .. owner
local meta = call('HMGET', metaKey, 'epoch', 'batches', 'damaged')

-- From here on nobody is granted anything, until somebody has looked.
local function damage(why)
    call('HSET', metaKey, 'damaged', why)
    return { 'DAMAGED', why }
end

if meta[3] then return { 'DAMAGED', meta[3] } end
if epoch == '' then
    if not meta[1] then
        if call('EXISTS', prefix .. 'names', prefix .. 'owners') > 0 then return damage('its key "' .. metaKey .. '" is gone') end
        if ARGV[9] ~= '1' then return { 'ABSENT' } end
        epoch = ARGV[5]
        call('HSET', metaKey, 'epoch', epoch, 'schema', 1, 'batches', 0)
    else
        epoch = meta[1]
    end
elseif not meta[1] then
    return damage('its keys were removed while ' .. ARGV[10] .. ' used them')
elseif meta[1] ~= epoch then
    return damage('its keys were removed and made anew while ' .. ARGV[10] .. ' used them')
elseif tonumber(meta[2]) < seen then
    return damage('it went back to an earlier state: ' .. ARGV[10] .. ' has seen batch ' .. ARGV[6] .. ' of it, and it has ' .. meta[2])
end

local mine = call('HMGET', ownerKey, 'number', 'dead')
local last = tonumber(mine[1] or '0')
if last == number and number > 0 then
    return cmsgpack.unpack(call('HGET', ownerKey, 'reply')) -- the answer was lost on its way
elseif last > number then
    return { 'LATE' } -- sent over a connection that was given up
elseif last < number - 1 then
    return damage('it went back to an earlier state: ' .. ARGV[10] .. ' has had batch ' .. (number - 1) .. ' of its own answered, and it has ' .. last)
end

if ARGV[7] == '' then
    local time = call('TIME')
    now = time[1] * 1000 + floor(time[2] / 1000)
else
    now = tonumber(ARGV[7])
end
position = 11
for i = 1, tonumber(ARGV[11]) do
    windows[i] = { window = nextArgument(), zone = nextArgument(), start = nextNumber(), stop = nextNumber() }
end

local gone = {}
local isDone, fault = pcall(function()
    if mine[2] then gone = revive() end
    local reports = nextNumber()
    run(position + reports)
    isRolling = true
    for i = 1, #order do roll(order[i]) end
    sweep()
    run(#ARGV)
end)
if not isDone then
    if type(fault) == 'table' and fault[1] == 'DAMAGED' then return damage(fault[2]) end
    if type(fault) == 'table' and not fault.err then return fault end
    error(fault)
end

local batches = call('HINCRBY', metaKey, 'batches', 1)
local reply = { 'OK', format('%.0f', now), epoch, format('%.0f', batches), format('%d', #gone) }
for _, name in ipairs(gone) do reply[#reply + 1] = name end
reply[#reply + 1] = format('%d', #results)
for _, value in ipairs(results) do reply[#reply + 1] = value end
for _, row in ipairs(order) do
    reply[#reply + 1] = row.name
    reply[#reply + 1] = row.parent and row.parent.name or ''
    reply[#reply + 1] = limitText(row)
    reply[#reply + 1] = show(row.extraHigh, row.extraLow)
    reply[#reply + 1] = show(row.spentHigh, row.spentLow)
    reply[#reply + 1] = show(row.heldHigh, row.heldLow)
    reply[#reply + 1] = row.isFrozen and '1' or '0'
    reply[#reply + 1] = row.window
    reply[#reply + 1] = row.zone
    reply[#reply + 1] = format('%.0f', row.start)
    reply[#reply + 1] = row.stop and format('%.0f', row.stop) or ''
    reply[#reply + 1] = format('%.0f', row.wanted)
end

writeRows()
writeLeases()
for name, top in pairs(woken) do
    if top.wanted > now then call('PUBLISH', prefix .. 'wake', owner .. ' ' .. name) end
end
if isCircuitChanged then call('PUBLISH', prefix .. 'wake', owner .. ' #circuits') end
-- What it was answered is kept until it asks the next time: an answer may be lost.
call('HSET', ownerKey, 'number', number, 'reply', cmsgpack.pack(reply), 'note', ARGV[10])
local isEmpty = leaves
for _, field in ipairs(leaves and call('HKEYS', ownerKey) or {}) do
    if sub(field, 1, 2) == 'l:' then isEmpty = false end
end
if isEmpty then
    call('ZREM', prefix .. 'owners', owner)
    call('EXPIRE', ownerKey, 3600)
else
    call('ZADD', prefix .. 'owners', format('%.0f', now + expiry), owner)
end
return reply
