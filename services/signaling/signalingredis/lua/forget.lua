-- forget deletes rooms whose time has come. What they held was written down
-- when their state was.
--
--   KEYS[1]   due, KEYS[2] held, as commit.lua has them
--   KEYS[3…]  rooms
--   ARGV[2…]  their members of due
local due, held = KEYS[1], KEYS[2]
for i = 3, #KEYS do
  local key, member = KEYS[i], ARGV[i - 1]
  local score = redis.call('ZSCORE', due, member)
  if score and tonumber(score) <= now then
    local release = redis.call('HGET', key, 'release')
    for field, less in pairs(release and release ~= '' and cjson.decode(release) or {}) do
      if redis.call('HINCRBY', held, field, -less) == 0 then
        redis.call('HDEL', held, field)
      end
    end
    redis.call('DEL', key)
    redis.call('ZREM', due, member)
  end
end
return {}
