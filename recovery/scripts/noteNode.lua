#!lua flags=allow-oom
-- Records that a node lives, by the server's clock: the nodes' clocks differ.
-- KEYS[1] sorted set of nodes; ARGV[1] the node
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[1])
