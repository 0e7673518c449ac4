#!lua flags=allow-oom
-- Claims members that are due by the server's clock: they become due again after ARGV[1] ms, unless they are removed or
-- rescheduled before. If the claimer dies, another one gets them.
-- KEYS[1] sorted set; ARGV[1] ms until the claim ends, ARGV[2] the most members to claim
-- Answers {end of the claim, member, …}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = string.format('%.0f', now + ARGV[1])
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[2])
for _, member in ipairs(due) do redis.call('ZADD', KEYS[1], ends, member) end
table.insert(due, 1, ends)
return due
