-- part ends a stream, unless another one took over.
--
-- ARGV[11] slot, [12] the room's life, [13] generation of the stream.
local slot, life, generation = number(), text(), text()

local r = catchUp(load())
if r and r.life == life and r.members[slot].generation == generation then
  r.members[slot].generation = '' -- a late poll must not open it again
  if r.members[slot].open then
    interrupt(r, slot)
  end
end
return finish(r)
