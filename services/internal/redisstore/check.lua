-- Runs each command that the engines' scripts use, on keys of its own that it
-- removes again, and returns what the server says against any of them:
-- command, error, command, error...
local text, hash, list, sorted = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local refused = {}
for _, call in ipairs({
  {'TIME'},
  {'SET', text, '1'}, {'GET', text}, {'PEXPIRE', text, '1000'},
  {'HSET', hash, 'a', '1'}, {'HGET', hash, 'a'}, {'HMGET', hash, 'a'}, {'HINCRBY', hash, 'a', '1'}, {'HLEN', hash}, {'HDEL', hash, 'a'},
  {'LPUSH', list, 'a'}, {'LINDEX', list, '0'}, {'LRANGE', list, '0', '1'}, {'LTRIM', list, '1', '0'},
  {'ZADD', sorted, '1', 'a'}, {'ZSCORE', sorted, 'a'}, {'ZRANGE', sorted, '0', '1'}, {'ZRANGEBYSCORE', sorted, '0', '1'},
  {'ZRANGEBYLEX', sorted, '-', '+'}, {'ZREM', sorted, 'a'},
  {'PUBLISH', ARGV[1], ''},
  {'DEL', text, hash, list, sorted},
}) do
  local reply = redis.pcall(unpack(call))
  if type(reply) == 'table' and reply.err then
    refused[#refused + 1] = call[1]
    refused[#refused + 1] = reply.err
  end
end
return refused
