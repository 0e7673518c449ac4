-- Pays for one guess at the password of a room.
-- KEYS[1]: hash of the room's guesses. ARGV: guesses that cost nothing, the first wait (ms), the longest wait (ms), how
-- long the guesses are remembered (ms).
-- Returns 0 if it is paid, else how long the room takes no more of them (ms). Each guess beyond the free ones makes the
-- next one wait twice as long.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free, firstWait, longestWait, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local blockedUntil = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if blockedUntil > now then return blockedUntil - now end
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
if count > free then
  local wait = math.min(longestWait, firstWait * 2 ^ math.min(count - free - 1, 20))
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + wait))
end
redis.call('PEXPIRE', KEYS[1], keep)
return 0
