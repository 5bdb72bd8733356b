-- tend renews the lease of a node in a tag and returns what is to be done
-- there: rooms in which something is due, and streams of nodes whose lease has
-- ended; and in how long something is due again; negative: never.
--
--   KEYS[1…4]  due, held, nodes and streams, as commit.lua has them
local due, _, nodes, streams = unpack(KEYS)
local node, lease = ARGV[2], tonumber(ARGV[3]) -- lease: zero: no streams here
local life, most = ARGV[4], ARGV[5] -- life: of keys, in milliseconds; most: of each list
local channel = ARGV[6] -- where the node checks that messages reach it; may be empty

local soonest = -1
local function consider(first)
  if first[2] and (soonest < 0 or tonumber(first[2]) < soonest) then
    soonest = tonumber(first[2])
  end
end

if lease > 0 then
  redis.call('ZADD', nodes, now + lease, node)
end
local rooms = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, most)
local lapsed = {}
local gone = redis.call('ZRANGEBYSCORE', nodes, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 4)
for i = 1, #gone, 2 do
  local rows = redis.call('ZRANGEBYLEX', streams, '[' .. gone[i] .. '|', '(' .. gone[i] .. '}', 'LIMIT', 0, most)
  if #rows == 0 then
    redis.call('ZREM', nodes, gone[i])
  else
    lapsed[#lapsed + 1] = { gone[i], gone[i + 1], rows }
  end
end
consider(redis.call('ZRANGE', due, 0, 0, 'WITHSCORES'))
consider(redis.call('ZRANGE', nodes, 0, 0, 'WITHSCORES'))
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, life)
end
if channel ~= '' then
  redis.call('PUBLISH', channel, '')
end
return { now, rooms, lapsed, soonest < 0 and -1 or math.max(soonest - now, 0) }
