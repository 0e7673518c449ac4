-- Keeps a snapshot unless the stored one is as new, or the journal does not hold the commit it was taken at.
-- KEYS[1] snapshot, KEYS[2] journal
-- ARGV[1] version, ARGV[2] commit id, ARGV[3] the snapshot
-- Answers 1 if it kept the snapshot, else 0.
local entry = redis.call('XRANGE', KEYS[2], ARGV[1] .. '-0', ARGV[1] .. '-0')[1]
if not entry or entry[2][2] ~= ARGV[2] then return 0 end

local version, commit = unpack(redis.call('HMGET', KEYS[1], 'version', 'commit'))
if version and tonumber(version) >= tonumber(ARGV[1]) then
  -- A stored snapshot that the journal does not hold comes from a lost tail: it is replaced.
  local its = redis.call('XRANGE', KEYS[2], version .. '-0', version .. '-0')[1]
  if its and its[2][2] == commit then return 0 end
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'commit', ARGV[2], 'data', ARGV[3])
return 1
