-- Sent right before BullMQ looks for jobs of silent sidecars. If it is executed late, Redis hung: all locks may have
-- ended meanwhile, and renewals may wait behind this. Then nobody looks for one lock period.
-- KEYS[1] BullMQ's key whose presence keeps everybody from looking
-- ARGV[1] when this was sent, in ms of Redis's clock, or 0 to ask for that clock alone
-- ARGV[2] how late is late, in ms; ARGV[3] how long a lock lasts, in ms
-- Answers Redis's clock, in ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sentAt = tonumber(ARGV[1])
if sentAt > 0 and now - sentAt > tonumber(ARGV[2]) then redis.call('SET', KEYS[1], now, 'PX', ARGV[3]) end
return now
