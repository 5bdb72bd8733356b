-- park lets a ticket go whose stream has ended, unless another one has it.
--
-- ARGV[7] request, [8] the generation of the stream. Returns in how long
-- something happens to it; zero: nothing was let go.
local t = load(ARGV[7])
if t and t.state == 'waiting' and t.generation == ARGV[8] then
  park(t, now)
  return nextDue(t) - now
end
return 0
