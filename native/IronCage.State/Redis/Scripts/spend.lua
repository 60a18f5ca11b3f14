-- What was spent, by attribution, in whole hours since 1970. ARGV: prefix, first hour, hour behind the last. Returns pairs (to whom, its number), then '', then pairs
-- (number:column, sum of one hour).
local prefix = ARGV[1]
local reply = redis.call('HGETALL', prefix .. 'who')
reply[#reply + 1] = ''
for _, hour in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'hours', ARGV[2], '(' .. ARGV[3])) do
    for _, value in ipairs(redis.call('HGETALL', prefix .. 's:' .. hour)) do reply[#reply + 1] = value end
end
return reply
