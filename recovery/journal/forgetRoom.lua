#!lua flags=allow-oom
-- Deletes a closed room, unless something was written after it was closed. For a while its last commit and a snapshot
-- without content stay, so that a node which still knows the room does not write it again.
-- KEYS[1] snapshot, KEYS[2] journal
-- ARGV[1] version and ARGV[2] commit id at which the room was closed, ARGV[3] the snapshot, ARGV[4] ms that both stay
-- Answers 1 if it did so, else 0.
local snapshot, journal = KEYS[1], KEYS[2]
local newest = redis.call('XREVRANGE', journal, '+', '-', 'COUNT', 1)[1]
if not newest or newest[1] ~= ARGV[1] .. '-0' or newest[2][2] ~= ARGV[2] then return 0 end
redis.call('HSET', snapshot, 'version', ARGV[1], 'commit', ARGV[2], 'data', ARGV[3])
redis.call('HDEL', snapshot, 'state', 'journal')
redis.call('XTRIM', journal, 'MAXLEN', 1)
redis.call('PEXPIRE', snapshot, ARGV[4])
redis.call('PEXPIRE', journal, ARGV[4])
return 1
