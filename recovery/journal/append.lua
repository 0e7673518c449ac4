-- Appends commits to a room's journal, all or none, if the journal ends exactly where the writer believes.
-- KEYS[1] journal, KEYS[2] feed channel, KEYS[3] snapshot
-- ARGV[1] version and ARGV[2] commit id after which to append; ARGV[3] how many missed entries an answer may carry
-- ARGV[4] 'publish', or 'quiet': the writer publishes them itself once the replicas have them
-- ARGV[5] the most bytes that the room may hold with these commits, or '' for no limit
-- ARGV[6..] for each commit: its id, its record (JSON)
-- Answers {'appended'}, and with 'publish' the commits were published on the feed;
--      or {'behind', version at which the journal ends, the first missed entries};
--      or {'diverged', version, commit id at which the journal ends}: it does not hold ARGV[1] / ARGV[2];
--      or {'full', bytes of the journal}: with its state, as of the snapshot, and these commits the room would hold more
--      than ARGV[5].
local journal, feed = KEYS[1], KEYS[2]
local after, afterId = ARGV[1], ARGV[2]

-- An entry is {'VERSION-0', {'commit', id, 'prev', id, 'record', json}}.
local last, lastId = '0', ''
local newest = redis.call('XREVRANGE', journal, '+', '-', 'COUNT', 1)[1]
if newest then
  last, lastId = string.match(newest[1], '^(%d+)'), newest[2][2]
end

if last ~= after or lastId ~= afterId then
  local known = false
  if tonumber(after) < tonumber(last) then
    -- The entry after it names it, also where the journal was trimmed to that entry.
    local following = string.format('%.0f-0', tonumber(after) + 1)
    local entry = redis.call('XRANGE', journal, following, following)[1]
    known = entry and entry[2][4] == afterId
  end
  if known then
    return { 'behind', last, redis.call('XRANGE', journal, '(' .. after .. '-0', '+', 'COUNT', ARGV[3]) }
  end
  return { 'diverged', last, lastId }
end

local added = 0
for i = 7, #ARGV, 2 do added = added + #ARGV[i] end
if ARGV[5] ~= '' then
  local held = redis.call('HMGET', KEYS[3], 'state', 'journal')
  local state, records = tonumber(held[1] or '0'), tonumber(held[2] or '0')
  if state + records + added > tonumber(ARGV[5]) then return { 'full', string.format('%.0f', records) } end
end

local version, prev, pushed = tonumber(after), afterId, {}
for i = 6, #ARGV, 2 do
  local id, record = ARGV[i], ARGV[i + 1]
  version = version + 1
  local entryId = string.format('%.0f-0', version)
  local added = redis.pcall('XADD', journal, entryId, 'commit', id, 'prev', prev, 'record', record)
  if type(added) == 'table' and added.err then
    -- A stream remembers the highest id it ever had, even if somebody deleted that entry.
    if not string.find(added.err, 'equal or smaller', 1, true) then return added end
    redis.call('XSETID', journal, string.format('%.0f-0', version - 1))
    redis.call('XADD', journal, entryId, 'commit', id, 'prev', prev, 'record', record)
  end
  pushed[#pushed + 1] = string.format('[%.0f,%s,%s,%s]', version, cjson.encode(id), cjson.encode(prev), record)
  prev = id
end
-- What a snapshot has trimmed is taken off again there.
redis.call('HINCRBY', KEYS[3], 'journal', added)
-- A deleted room that is created again no longer expires.
if redis.call('PERSIST', journal) == 1 then redis.call('PERSIST', KEYS[3]) end
if ARGV[4] == 'publish' then redis.call('SPUBLISH', feed, '[' .. table.concat(pushed, ',') .. ']') end
return { 'appended' }
