#!lua flags=allow-oom
-- Notes that an owner makes a room, unless it has as many as it may.
-- KEYS[1] sorted set of the owner's rooms, by the time they were made; ARGV[1] the room, ARGV[2] how many it may have
-- ARGV[3] how long the set stays after the last one (ms)
-- Answers 1 if the room is noted, else 0.
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
