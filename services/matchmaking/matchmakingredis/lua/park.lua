-- park lets a ticket go whose stream has ended, unless another one has it. It
-- returns in how long the ticket ends; zero: nothing was let go.
local request, generation = unpack(ARGV, lastArgument + 1)
subject = request

fetch('t:' .. request, 'waiting', 'kept')
local t = load(request)
if t and t.state == 'waiting' and t.generation == generation then
  park(t, now)
  commit()
end
if t and t.state == 'parked' and t.generation == generation then
  return { math.max(parkedUntil(t) - now, 1) }
end
return { 0 }
