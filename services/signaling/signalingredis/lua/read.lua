-- read returns some fields of a room, or all when none is named.
--
--   KEYS[1]  HASH  the room, as commit.lua has it
--   ARGV[2…]       fields
local room = KEYS[1]
if #ARGV == 1 then
  return { now, redis.call('HGETALL', room) }
end
local fields, pairs = {}, {}
for i = 2, #ARGV do
  fields[#fields + 1] = ARGV[i]
end
local values = redis.call('HMGET', room, unpack(fields))
for i, field in ipairs(fields) do
  pairs[#pairs + 1] = field
  pairs[#pairs + 1] = values[i] or ''
end
return { now, pairs }
