-- Records that a sidecar still works on a job. If its lock expired while nobody took the job (Redis was away, or the
-- sidecar slept), it takes the lock again: while the job is in the list of active jobs, nobody else has it.
-- KEYS[1] the job, KEYS[2] its lock, KEYS[3] list of active jobs, KEYS[4] set of jobs that may have stalled (all
-- BullMQ's)
-- ARGV[1] the job's id, ARGV[2] the lock's token, ARGV[3] how long the lock lasts, in ms
-- Answers 1, or 0 if the job is no longer this sidecar's.
local token = redis.call('GET', KEYS[2])
if token and token ~= ARGV[2] then return 0 end
if not token then
  if redis.call('EXISTS', KEYS[1]) == 0 or not redis.call('LPOS', KEYS[3], ARGV[1]) then return 0 end
end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('SREM', KEYS[4], ARGV[1])
return 1
