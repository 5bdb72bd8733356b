-- The deadlines of a room, and the conclusions of a change.
local function confirmed(r, a, b)
  return r.members[a].connected[b] and r.members[b].connected[a]
end

-- settled tells whether all pairs of the member are confirmed, apart from
-- those with members who left.
local function settled(r, slot)
  for other, peer in ipairs(r.members) do
    if other ~= slot and peer.state ~= left and not confirmed(r, slot, other) then
      return false
    end
  end
  return true
end

local function allSettled(r)
  for slot, m in ipairs(r.members) do
    if m.state ~= left and not settled(r, slot) then
      return false
    end
  end
  return true
end

local function any(r, state)
  for _, m in ipairs(r.members) do
    if m.state == state then
      return true
    end
  end
  return false
end

-- keep restarts the time for which a room without a stream is remembered.
local function keep(r)
  r.forgetAt = at + retention
  for _, m in ipairs(r.members) do
    if m.open then
      r.forgetAt = nil
    end
  end
end

-- alone returns the slot of the only member with a stream, if the room is
-- reborn and the member has still somebody to connect to.
local function alone(r)
  local lone
  for slot, m in ipairs(r.members) do
    if m.open then
      if lone then
        return nil
      end
      lone = slot
    end
  end
  if not r.reborn or not lone or settled(r, lone) then
    return nil
  end
  return lone
end

-- conclude draws the conclusions of a change: who is released, and which
-- clocks run.
local function conclude(r)
  for slot, m in ipairs(r.members) do
    if (m.state == away or m.state == lost) and settled(r, slot) then
      m.lostAt = nil
      set(r, m, released)
    end
  end
  if r.phase == joining and not any(r, expected) then
    r.phase, r.verdictAt = connecting, at + connectTimeout
  end
  local lone = alone(r)
  if lone ~= r.lone then
    r.lone, r.idleAt = lone, lone and at + idleTimeout
  end
  keep(r)
end

local function everConfirmed(r, slot)
  for other in ipairs(r.members) do
    if other ~= slot and confirmed(r, slot, other) then
      return true
    end
  end
  return false
end

-- isInnocent tells whether the room that just closed owes the member its place
-- in the queue.
local function isInnocent(r, slot)
  local m = r.members[slot]
  if m.state == left or r.closedAt - r.matchedAt > requeueWithin then -- as is any reborn room
    return false
  elseif r.reason == peerMissing then
    return m.state ~= expected
  elseif r.reason == peerLost then
    return m.state ~= lost
  elseif r.reason == connectFailed then
    return true
  end
  return r.reason == closedLeft and not everConfirmed(r, slot)
end

-- close ends the room once, with one reason for everybody.
local function close(r, reason)
  r.reason, r.closedAt = reason, at
  wake(r)
  for slot, m in ipairs(r.members) do
    m.innocent = isInnocent(r, slot)
  end
  for slot, m in ipairs(r.members) do
    clear(r, slot)
    m.open, m.lostAt = false, nil
  end
  r.verdictAt, r.idleAt, r.expiresAt = nil, nil, nil
  keep(r)
end

-- interrupt is what happens when a member's stream ends before the room.
local function interrupt(r, slot)
  local m = r.members[slot]
  m.open, m.lostAt = false, at + awayGrace
  set(r, m, away)
  conclude(r)
end

local function lose(r, slot)
  local m = r.members[slot]
  m.lostAt = nil
  set(r, m, lost)
  if not r.reborn then
    close(r, peerLost)
  end
end

local function judge(r)
  r.verdictAt = nil
  if r.phase == joining then
    close(r, peerMissing)
  elseif not allSettled(r) then
    close(r, connectFailed)
  end
end

local function forget(r)
  for slot in ipairs(r.members) do
    clear(r, slot)
  end
  count('rooms', r.owner, -1)
  redis.call('DEL', roomKey)
  redis.call('ZREM', dueKey, roomID)
  inboxes, touched = {}, {}
end

-- earliest returns when something happens in the room by itself, and what. A
-- node that renews its leases is not interested in their ends.
local function earliest(r, leases)
  local due, act, who
  local function consider(deadline, what, slot)
    if deadline and (not due or deadline < due) then
      due, act, who = deadline, what, slot
    end
  end
  consider(r.verdictAt, judge)
  consider(r.idleAt, function()
    close(r, closedIdle)
  end)
  consider(r.expiresAt, function()
    close(r, closedExpired)
  end)
  for slot, m in ipairs(r.members) do
    consider(m.lostAt, lose, slot)
    consider(leases and m.open and m.lease, interrupt, slot)
  end
  consider(r.forgetAt, forget)
  return due, act, who
end

-- catchUp does what was due, in order and as of its time. It returns nothing
-- when the room was forgotten.
local function catchUp(r)
  while r do
    local due, act, slot = earliest(r, true)
    if not due or due > now then
      break
    end
    at = due
    act(r, slot)
    if act == forget then
      r = nil
    end
  end
  at = now
  return r
end
