#!lua flags=allow-oom
-- Keeps a snapshot unless the stored one is as new, or the journal does not hold the commit it was taken at. Then trims
-- the journal: the snapshot stands for what came before it. Works when Redis is full, since it frees memory.
-- KEYS[1] snapshot, KEYS[2] journal
-- ARGV[1] version, ARGV[2] commit id, ARGV[3] the snapshot, ARGV[4] bytes of the state
-- ARGV[5] how many commits before the snapshot stay, ARGV[6] how many bytes they may have
-- Counts the bytes that the journal then holds.
-- Answers 1 if it kept the snapshot, 0 if the stored one is as new, -1 if the journal does not hold the commit.
local snapshot, journal = KEYS[1], KEYS[2]

local function holds(version, commit)
  local entry = redis.call('XRANGE', journal, version .. '-0', version .. '-0')[1]
  return entry and entry[2][2] == commit
end

local at, kept = ARGV[1], 1
if not holds(at, ARGV[2]) then return -1 end
local version, commit = unpack(redis.call('HMGET', snapshot, 'version', 'commit'))
-- A stored snapshot that the journal does not hold comes from a lost tail: it is replaced.
if version and tonumber(version) >= tonumber(at) and holds(version, commit) then
  at, kept = version, 0
else
  redis.call('HSET', snapshot, 'version', at, 'commit', ARGV[2], 'data', ARGV[3], 'state', ARGV[4])
end

-- The entry at the snapshot always stays: it shows that the two belong together.
local first, entries, bytes = at, tonumber(ARGV[5]), tonumber(ARGV[6])
local held = 0
while entries > 0 do
  local page = redis.call('XREVRANGE', journal, '(' .. first .. '-0', '-', 'COUNT', math.min(entries, 100))
  if #page == 0 then break end
  for _, entry in ipairs(page) do
    entries, bytes = entries - 1, bytes - #entry[2][6]
    if bytes < 0 then entries = 0 end
    if bytes < 0 then break end
    first, held = string.match(entry[1], '^(%d+)'), held + #entry[2][6]
  end
end
local from = at .. '-0'
repeat
  local page = redis.call('XRANGE', journal, from, '+', 'COUNT', 100)
  for _, entry in ipairs(page) do from, held = '(' .. entry[1], held + #entry[2][6] end
until #page < 100
redis.call('HSET', snapshot, 'journal', held)
redis.call('XTRIM', journal, 'MINID', first .. '-0')
return kept
