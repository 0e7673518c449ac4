-- Claims members that are due: they become due again at ARGV[2], unless they are taken out or rescheduled before. So whoever
-- claims and then dies leaves them to another.
-- KEYS[1] sorted set; ARGV[1] now, ARGV[2] when a claim ends, ARGV[3] how many at the most
-- Answers the members.
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[2], member) end
return due
