-- Runs each command that the engines' scripts use, on keys of its own that it
-- removes again, and returns what the server says against any of them:
-- command, error, command, error...
local hash, sorted = KEYS[1], KEYS[2]
local refused = {}
for _, call in ipairs({
  {'TIME'},
  {'HSET', hash, 'a', '1'}, {'HGET', hash, 'a'}, {'HMGET', hash, 'a'}, {'HINCRBY', hash, 'a', '1'}, {'HLEN', hash}, {'HGETALL', hash}, {'PEXPIRE', hash, '1000'}, {'HDEL', hash, 'a'},
  {'ZADD', sorted, '1', 'a'}, {'ZSCORE', sorted, 'a'}, {'ZRANGE', sorted, '0', '1'}, {'ZRANGEBYSCORE', sorted, '0', '1'},
  {'ZRANGEBYLEX', sorted, '-', '+'}, {'ZREM', sorted, 'a'},
  {'PUBLISH', ARGV[1], ''},
  {'DEL', hash, sorted},
}) do
  local reply = redis.pcall(unpack(call))
  if type(reply) == 'table' and reply.err then
    refused[#refused + 1] = call[1]
    refused[#refused + 1] = reply.err
  end
end
return refused
