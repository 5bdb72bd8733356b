-- due returns a few rooms in which something was due, and in how long
-- something is in another; negative: never.
--
-- KEYS[1] as KEYS[2] of room.lua. ARGV[2] how many rooms.
local rooms = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[2])
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { rooms, first[2] and tonumber(first[2]) - now or -1 }
