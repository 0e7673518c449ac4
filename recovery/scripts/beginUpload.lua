#!lua flags=allow-oom
-- Counts an upload that begins, unless its owner, or all together, would have too many or too much.
-- KEYS[1] hash of the uploads that were begun and are not over: id -> "TIME BYTES OWNER"; expires.
-- ARGV: id, owner, bytes, how many an owner may have, how many all may have, how many bytes all may have, after how
-- long one is forgotten (ms).
-- Answers 'begun', 'too many' or 'full'. The same id again counts once.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id, owner, bytes, keep = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[7])
local ofOwner, all, sum = 0, 0, 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local begunAt, size, by = string.match(fields[i + 1], '^(%d+) (%d+) (.*)$')
  if now - tonumber(begunAt) > keep then
    redis.call('HDEL', KEYS[1], fields[i])
  elseif fields[i] ~= id then
    all = all + 1
    sum = sum + tonumber(size)
    if by == owner then ofOwner = ofOwner + 1 end
  end
end
if ofOwner >= tonumber(ARGV[4]) or all >= tonumber(ARGV[5]) then return 'too many' end
if sum + bytes > tonumber(ARGV[6]) then return 'full' end
redis.call('HSET', KEYS[1], id, string.format('%.0f %.0f %s', now, bytes, owner))
redis.call('PEXPIRE', KEYS[1], keep)
return 'begun'
