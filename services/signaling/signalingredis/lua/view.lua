-- What a stream is told.

-- ending is how the room ended for a member: reason, time and whether it gets
-- its place back.
local function ending(r, m)
  if m.state == left and m.leftAt then
    return { 'closed', closedLeft, m.leftAt, 0 }
  end
  return { 'closed', r.reason, r.closedAt, m.innocent and 1 or 0 }
end

-- view is the room as a member sees it: version, number of resyncs, whether
-- signals after an offset are there, and for each slot the state, the last seq
-- stored of the member's, the number of its last resync and whether the pair is
-- confirmed.
local function view(r, slot, after)
  local m = r.members[slot]
  local list = { r.version, m.resyncs, unread(slot, after) and 1 or 0 }
  for other, peer in ipairs(r.members) do
    list[#list + 1] = peer.state
    list[#list + 1] = peer.stored[slot]
    list[#list + 1] = m.resynced[other]
    list[#list + 1] = other ~= slot and confirmed(r, slot, other) and 1 or 0
  end
  return list
end

-- sight is the part of a view that a stream must have told before it gives
-- signals.
local function sight(r, slot)
  local list = {}
  for other, peer in ipairs(r.members) do
    if other ~= slot then
      list[#list + 1] = peer.state
      list[#list + 1] = confirmed(r, slot, other) and 1 or 0
    end
  end
  return table.concat(list, ' ')
end
