-- tend does what was due in a room.
local r = catchUp(load())
if not r then
  redis.call('ZREM', dueKey, roomID)
end
return finish(r)
