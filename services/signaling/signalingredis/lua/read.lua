-- read returns a room, as commit.lua has it.
--
--   KEYS[1]  HASH  the room
return { now, redis.call('HGETALL', KEYS[1]) }
