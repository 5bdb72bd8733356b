-- poll tells a stream what the room is now, gives it its next signals and
-- renews its lease. A stream whose lease ended goes on, if the room is still
-- open and no other stream of the member took over.
--
-- ARGV[11] slot, [12] the room's life, [13] generation and [14] number of the
-- stream, [15] version of the view it has, [16] offset of the last signal, [17]
-- number of the last resync it told, [18] what it told of its peers, [19] 1 if
-- it takes signals.
-- Returns gone, fenced, closed, or open with the view and what of the signals
-- was taken: slot of the sender, seq of the first, offset of the last, and the
-- signals.
local slot, life, generation, stream, version, after, seen, told, takes =
  number(), text(), text(), number(), number(), number(), number(), text(), number() == 1

-- A server that takes over from another one may lack the latest changes. What a
-- stream has of them is of another life: counting on would hide what is new.
local function isBehind(r, m)
  return r.version < version or m.given < after or m.resyncs < seen
end

local r = load()
if not r or r.life ~= life or isBehind(r, r.members[slot]) then
  return finish(nil, nil, { 'gone' }) -- unchanged, or the next stream would not notice
end
r = catchUp(r)
if not r then
  return finish(nil, nil, { 'gone' })
end
local m = r.members[slot]
if m.generation ~= generation then
  return finish(r, nil, { m.streams > stream and 'fenced' or 'gone' })
elseif r.reason ~= 0 or m.state == left then
  return finish(r, nil, ending(r, m))
elseif takes and m.cut > after then -- the answer that gave them was lost
  return finish(r, nil, { 'gone' })
end
if not m.open then
  m.open, m.node, m.lostAt = true, node, nil
  set(r, m, present)
  conclude(r)
end
m.lease = now + leaseTime
local run = { from = 1, first = 0, last = after, signals = {} }
if takes and seen == m.resyncs and told == sight(r, slot) then
  run = take(m, slot, after)
end
local answer = finish(r, nil, { 'open' })
answer[#answer + 1] = view(r, slot, run.last)
answer[#answer + 1] = { run.from, run.first, run.last }
answer[#answer + 1] = run.signals
return answer
