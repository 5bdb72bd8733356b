-- The room of a pass, and what scripts answer.
--
-- ARGV[11] slot of the bearer, from 1 on, [12] when the room was matched, [13]
-- when it expires, or empty, [14] owner, [15] how a new room calls this life of
-- it, [16] the number of members, and then their ids.
local function readPass()
  local pass = { slot = number(), matchedAt = number(), expiresAt = number(), owner = text(), life = text(), peers = {} }
  for slot = 1, number() do
    pass.peers[slot] = text()
  end
  return pass
end

-- agrees tells whether the pass names the members of this room.
local function agrees(r, pass)
  for slot = 1, math.max(#r.peers, #pass.peers) do
    if r.peers[slot] ~= pass.peers[slot] then
      return false
    end
  end
  return true
end

local function newRoom(pass)
  local r = {
    version = 0, life = pass.life, owner = pass.owner, peers = pass.peers, members = {},
    matchedAt = pass.matchedAt, reborn = now - pass.matchedAt > rebornAfter,
    phase = unused, reason = 0, closedAt = 0,
  }
  for slot in ipairs(pass.peers) do
    r.members[slot] = newMember(#pass.peers)
  end
  count('rooms', r.owner, 1)
  if pass.expiresAt and pass.expiresAt > now then
    r.expiresAt = pass.expiresAt
  elseif pass.expiresAt then
    close(r, closedExpired)
  end
  return r
end

-- use returns the room of a pass, which it makes if need be, and remembers an
-- open one for longer; and why the bearer cannot use it, if so.
local function use(pass)
  local r = catchUp(load())
  if r and not agrees(r, pass) then
    return r, 'not a member'
  elseif not r and not fits('rooms', pass.owner, 1, most.rooms, most.ownRooms) then
    return nil, 'too many rooms'
  end
  r = r or newRoom(pass)
  if r.reason == 0 then
    keep(r)
  end
  return r
end

-- usePeers is use for a bearer that wants to do something with a peer.
local function usePeers(pass)
  local r, refusal = use(pass)
  if refusal then
    return r, refusal
  end
  if r.reason ~= 0 then
    refusal = 'room closed'
  elseif r.members[pass.slot].state == left then
    refusal = 'member left'
  end
  return r, refusal
end

-- save stores the room and wakes the nodes that must look at it.
local function save(r)
  r.version = r.version + 1
  for slot in pairs(touched) do
    if #inboxes[slot] > 0 then
      redis.call('HSET', roomKey, 'inbox ' .. slot, cmsgpack.pack(inboxes[slot]))
    else
      redis.call('HDEL', roomKey, 'inbox ' .. slot)
    end
  end
  redis.call('HSET', roomKey, 'state', cmsgpack.pack(r))
  redis.call('ZADD', dueKey, whole(earliest(r, true)), roomID)
  redis.call('PEXPIRE', roomKey, longest)
  if r.version == 1 then -- else they are kept by the nodes that look what is due
    redis.call('PEXPIRE', dueKey, longest)
    redis.call('PEXPIRE', heldKey, longest)
  end
end

-- finish answers: what went wrong, if anything did, whether streams of the
-- room must look at it again, in how long something happens in it by itself,
-- and more.
local function finish(r, refusal, ...)
  local wait = -1
  if r then
    save(r)
    wait = (earliest(r, false) or now - 1) - now
  end
  ring()
  return { refusal or '', woken, wait, ... }
end
