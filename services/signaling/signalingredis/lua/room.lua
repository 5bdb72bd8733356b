-- What all scripts share: a room as it is stored, and what is held in all. Its
-- keys have one hash tag:
--
--   KEYS[1]  HASH  the room: "state", packed; "inbox <slot>", a packed list of
--                  what is unread; "<slot> <offset>", one signal each
--   KEYS[2]  ZSET  room -> when something happens in it by itself
--   KEYS[3]  HASH  what the rooms of this tag hold, in all and for each owner
--
-- ARGV[2] is the calling node, [3] what begins the channels of nodes, [4] the
-- room's id, [5] how long the members after the first have to join, [6] the
-- length of a stream's lease, [7] and [8] how many rooms may be held, in all
-- and for one owner, [9] and [10] how many bytes of unread signals; zero: any
-- number. Times are microseconds. What follows is the script's own, read in
-- order.
local roomKey, dueKey, heldKey = KEYS[1], KEYS[2], KEYS[3]
local node, channel, roomID = ARGV[2], ARGV[3], ARGV[4]
local joinTimeout, leaseTime = tonumber(ARGV[5]), tonumber(ARGV[6])
local most = {
  rooms = tonumber(ARGV[7]), ownRooms = tonumber(ARGV[8]),
  bytes = tonumber(ARGV[9]), ownBytes = tonumber(ARGV[10]),
}

local place = 10
local function text()
  place = place + 1
  return ARGV[place]
end
local function number()
  return tonumber(text())
end

local second = 1000000
local connectTimeout, awayGrace, idleTimeout = 20 * second, 20 * second, 60 * second
local rebornAfter, requeueWithin, retention = 60 * second, 60 * second, 120 * second
local maxSignals, maxBytes, maxRun = 128, 96 * 1024, 32
-- Nothing is kept for longer, in milliseconds, when all nodes are gone. A room
-- that is not touched for this long was due before.
local longest = 3600 * 1000

-- States, reasons and phases. The first two are those of the domain.
local expected, present, away, released, left, lost = 1, 2, 3, 4, 5, 6
local peerMissing, peerLost, connectFailed, closedLeft, closedIdle, closedExpired = 1, 2, 3, 4, 5, 6
local unused, joining, connecting = 0, 1, 2

-- at is the instant in which things happen: a deadline's, while the room
-- catches up on those that passed.
local at = now
local inboxes, touched = {}, {}
local bells, woken = {}, 0

local function whole(n)
  return string.format('%.0f', n)
end

local function load()
  local packed = redis.call('HGET', roomKey, 'state')
  return packed and cmsgpack.unpack(packed)
end

-- count changes what is held for an owner, who is forgotten with the last
-- thing held.
local function count(what, owner, change)
  local function add(field)
    if redis.call('HINCRBY', heldKey, field, change) == 0 then
      redis.call('HDEL', heldKey, field)
    end
  end
  add(what)
  if owner ~= '' then
    add(what .. ' ' .. owner)
  end
end

-- fits tells whether so much more stays within the bounds.
local function fits(what, owner, change, mostOfAll, mostOfOwner)
  local held = redis.call('HMGET', heldKey, what, what .. ' ' .. owner)
  local function within(n, bound)
    return bound == 0 or tonumber(n or 0) + change <= bound
  end
  return within(held[1], mostOfAll) and (owner == '' or within(held[2], mostOfOwner))
end

-- wake lets all streams of the room look at it again.
local function wake(r)
  woken = 1
  for _, m in ipairs(r.members) do
    if m.open then
      bells[m.node] = true
    end
  end
end

local function set(r, m, state)
  m.state = state
  wake(r)
end

local function newMember(members)
  local m = {
    state = expected, attempt = 0, open = false, node = '', generation = '', streams = 0, innocent = false,
    -- The inbox: offsets of the last signal, the highest that may be missing,
    -- the highest given to this stream, to any stream, and the highest that
    -- went missing during this stream.
    top = 0, trimmed = 0, delivered = 0, given = 0, cut = 0,
    resyncs = 0, connected = {}, resynced = {}, stored = {}, signals = {}, bytes = {},
  }
  for slot = 1, members do
    m.connected[slot] = false
    for _, list in ipairs({ m.resynced, m.stored, m.signals, m.bytes }) do
      list[slot] = 0
    end
  end
  return m
end

local function ring()
  for name in pairs(bells) do
    if name ~= node then -- which knows by itself
      redis.call('PUBLISH', channel .. name, roomID)
    end
  end
end
