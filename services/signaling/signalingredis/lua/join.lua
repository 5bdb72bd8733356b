-- join opens a member's stream.
--
-- After the pass: generation of the stream, attempt, cursor.
-- Returns the beginning: closed, stale, or open with the room's life, the number
-- of the stream among those of the member, the offset and the resync with which
-- it begins, whether the cursor was honoured; and the view.
local pass = readPass()
local slot, generation, attempt, cursor = pass.slot, text(), number(), text()

-- parse returns the offset and the resync of a cursor of this member in this
-- life of the room.
local function parse(life)
  local prefix = life .. '.' .. (slot - 1) .. '.'
  if string.sub(cursor, 1, #prefix) ~= prefix then
    return nil
  end
  local offset, resync = string.match(string.sub(cursor, #prefix + 1), '^(%d+)%.(%d+)$')
  if offset and whole(offset) == offset and whole(resync) == resync then
    return tonumber(offset), tonumber(resync)
  end
end

-- resume takes up the cursor: where the stream begins, whether the cursor was
-- honoured and whether signals may be lost to the member.
local function resume(r, m)
  local offset, resync = parse(r.life)
  if not offset or offset > m.given or offset < m.trimmed or resync > m.resyncs then
    return 0, 0, false, cursor ~= '' or m.trimmed > 0
  end
  remove(r, slot, function(other) -- the member says it has them
    return other <= offset
  end)
  return offset, resync, true, false
end

-- resync makes known to the others that the member lost its place.
local function resync(r)
  for other, peer in ipairs(r.members) do
    if other ~= slot then
      peer.resyncs = peer.resyncs + 1
      peer.resynced[slot] = peer.resyncs
    end
  end
end

local function open(r, m)
  if m.open then
    bells[m.node] = true -- the older stream must hear of it
  end
  local offset, told, resumed, lossy = resume(r, m)
  if lossy then
    resync(r)
  end
  m.open, m.node, m.generation, m.attempt = true, node, generation, attempt
  m.lease, m.lostAt = now + leaseTime, nil
  m.delivered, m.cut = offset, 0
  m.streams = m.streams + 1
  m.begin = { m.streams, offset, told, resumed and 1 or 0 }
  set(r, m, present)
  if r.phase == unused and not r.reborn then
    r.phase, r.verdictAt = joining, now + joinTimeout
  end
  conclude(r)
end

local r, refusal = use(pass)
if refusal then
  return finish(r, refusal)
end
local m = r.members[slot]
if r.reason ~= 0 then
  return finish(r, nil, { 'closed', r.reason, r.closedAt, m.innocent and 1 or 0 })
elseif m.state == left then
  return finish(r, 'member left')
elseif attempt < m.attempt then
  return finish(r, nil, { 'stale' })
elseif m.generation ~= generation then -- else the call is made again
  open(r, m)
end
local answer = finish(r, nil, { 'open', r.life, unpack(m.begin) })
answer[#answer + 1] = view(r, slot, m.begin[2])
return answer
