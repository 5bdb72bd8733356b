-- append stores signals in the inbox of a peer.
--
-- After the pass: slot of the peer, seq of the first signal, number of signals,
-- and for each its size and text. Returns the seq of the last one stored.
local pass = readPass()
local to, first, signals = number(), number(), {}
for i = 1, number() do
  signals[i] = { size = number(), text = text() }
end

local r, refusal = usePeers(pass)
if refusal then
  return finish(r, refusal, 0)
end
local peer = r.members[to]
local stored = peer.stored[pass.slot]
if first > stored + 1 or first + #signals <= stored + 1 then
  return finish(r, nil, stored)
end
local fresh = {}
for i = stored + 2 - first, #signals do
  fresh[#fresh + 1] = signals[i]
end
if peer.state == left then -- will never read them
  peer.stored[pass.slot] = stored + #fresh
else
  refusal = append(r, to, pass.slot, pass.owner, fresh)
end
if not refusal then
  wake(r)
end
return finish(r, refusal, peer.stored[pass.slot])
