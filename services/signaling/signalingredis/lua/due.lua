-- due returns a few rooms in which something was due, and in how long
-- something is in another; negative: never.
--
-- KEYS as KEYS[2] and [3] of room.lua, which it keeps for as long as there are
-- nodes. ARGV[2] how many rooms, [3] how long to keep them, in milliseconds.
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[3])
end
local rooms = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[2])
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { rooms, first[2] and tonumber(first[2]) - now or -1 }
