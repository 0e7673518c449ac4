-- Returns nodes that were seen within the last ARGV[2] ms ('alive'), or were not ('dead').
-- KEYS[1] sorted set of nodes; ARGV[1] 'alive' or 'dead'; ARGV[2] ms
-- Answers {node, time it was last seen (ms), node, …}, the one seen longest ago first.
local time = redis.call('TIME')
local limit = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2])
if ARGV[1] == 'alive' then return redis.call('ZRANGEBYSCORE', KEYS[1], limit, '+inf', 'WITHSCORES') end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. limit, 'WITHSCORES')
