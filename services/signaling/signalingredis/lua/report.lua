-- report tells how connecting to a peer went.
--
-- After the pass: slot of the peer, 1 if they are connected. Returns 1 if both
-- sides said so.
local pass = readPass()
local slot, peer, connected = pass.slot, number(), number() == 1

local r, refusal = usePeers(pass)
if refusal then
  return finish(r, refusal, 0)
end
if confirmed(r, slot, peer) then
  return finish(r, nil, 1)
end
if connected then
  r.members[slot].connected[peer] = true
elseif r.members[peer].state ~= left then
  close(r, connectFailed)
end
if not confirmed(r, slot, peer) then
  return finish(r, nil, 0)
end
wake(r)
conclude(r)
return finish(r, nil, 1)
