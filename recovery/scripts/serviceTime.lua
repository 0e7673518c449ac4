#!lua flags=allow-oom
-- Tells the time that all nodes share, and since when the service has been there: some node serves, and no longer gap
-- lies between two calls of those that do. A clock that jumps (a failover to another server) counts as a gap.
-- KEYS[1] hash; ARGV[1] the longest gap (ms); ARGV[2] '1' if the caller serves
-- Answers {now (ms since the epoch), since (the same, or '' if nobody ever served)}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'seen', 'since')
local seen, since = tonumber(known[1]), known[2]
if ARGV[2] == '1' then
  if not seen or not since or now - seen > tonumber(ARGV[1]) or seen > now then since = string.format('%.0f', now) end
  redis.call('HSET', KEYS[1], 'seen', string.format('%.0f', now), 'since', since)
end
return { string.format('%.0f', now), since or '' }
