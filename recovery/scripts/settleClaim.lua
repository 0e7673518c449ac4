#!lua flags=allow-oom
-- Removes a member from a sorted set, or gives it another score, if its score is still the one that the caller knows.
-- KEYS[1] sorted set; ARGV[1] member, ARGV[2] score, ARGV[3] new score, or '' to remove it
-- Answers 1 if it did so, else 0.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then return redis.call('ZREM', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
