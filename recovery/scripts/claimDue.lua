-- Claims members that are due: they become due again at ARGV[2], unless they are removed or rescheduled before. If the
-- claimer dies, another one gets them.
-- KEYS[1] sorted set; ARGV[1] now, ARGV[2] end of the claim, ARGV[3] the most members to claim
-- Answers the members.
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[2], member) end
return due
