-- Takes a member out of a sorted set if its score is still the one that the caller knows.
-- KEYS[1] sorted set; ARGV[1] member, ARGV[2] score
-- Answers 1 when it was taken out, else 0.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
