-- What all scripts on a pool share. Its keys have one hash tag:
--
--   wait      ZSET  bucket|place|request: who can be matched, by place
--   tickets   HASH  request -> ticket, packed
--   due       ZSET  request, or "claim id" -> when something happens by itself
--   nodes     ZSET  node -> when its lease ends
--   counters  HASH  place, waiting
--   waits     LIST  at:took of the latest matches, latest first
--   claims    HASH  claim id -> the request that redeemed it
--   held      ZSET  node|request|generation|widened: the streams each node has
--
-- Times are microseconds, and may go back a little. ARGV[2] is the calling
-- node, ARGV[3] the length of a lease, ARGV[4] begins the channels of nodes,
-- ARGV[5] is the pool's name, and ARGV[6] random text of this call.
local wait, tickets, due, nodes, counters, waits, claims, held = unpack(KEYS)
local me, lease, channel, poolName, seed = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]

local second = 1000000
local parkedGrace, shortGrace, shortStream = 90 * second, 5 * second, 1 * second
local widenAfter, retention, recentWaits = 5 * second, 60 * second, 600 * second
local maxLook, keptWaits = 128, 32
-- Nothing is kept for longer when all nodes are gone: 30 minutes of waiting,
-- and what follows.
local longest = 35 * 60 * 1000

-- touched are the tickets whose news is for the calling node, but for the
-- subject of its call, which it is told of anyway.
local touched, loaded, subject = {}, {}, nil

-- keep sees to it that keys do not outlive all nodes. Whenever a node tends a
-- pool it keeps all of them; a script that may make one keeps that.
local function keep(...)
  for _, key in ipairs({ ... }) do
    redis.call('PEXPIRE', key, longest)
  end
end

local function load(id)
  if not loaded[id] then
    local packed = redis.call('HGET', tickets, id)
    loaded[id] = packed and cmsgpack.unpack(packed)
  end
  return loaded[id]
end

local function rowOf(t, bucket)
  return string.format('%s|%019.0f|%s', bucket, t.place, t.id)
end

-- buckets are those a ticket waits in, in the order it looks through them.
local function buckets(t)
  local list = {}
  for _, bucket in ipairs(t.interests) do
    list[#list + 1] = bucket
  end
  if #t.interests == 0 or t.widened and not t.only then
    list[#list + 1] = t.anybody
  end
  return list
end

local function canWiden(t)
  return next(t.recent) ~= nil or #t.interests > 0 and not t.only
end

local function final(t)
  return t.state == 'matched' or t.state == 'ended'
end

-- nextDue is when something happens to a ticket by itself.
local function nextDue(t)
  if final(t) then
    return t.forget
  end
  if t.state == 'parked' then
    return math.min(t.parkedUntil, t.expires)
  end
  if canWiden(t) and not t.widened then
    return math.min(t.since + widenAfter, t.expires)
  end
  return t.expires
end

local function save(t)
  loaded[t.id] = t
  redis.call('HSET', tickets, t.id, cmsgpack.pack(t))
  redis.call('ZADD', due, string.format('%.0f', nextDue(t)), t.id)
end

local function leaseOf(node)
  return tonumber(redis.call('ZSCORE', nodes, node) or '0')
end

local function live(node)
  return node == me or leaseOf(node) > now
end

-- notify tells the node that holds a ticket to look at it. The bell may be
-- lost: what changed is in held too, which each node looks at now and then.
local function notify(id, node)
  if node == me then
    if id ~= subject then
      touched[#touched + 1] = id
    end
  elseif node ~= '' then
    redis.call('PUBLISH', channel .. node, poolName .. '|' .. id)
  end
end

local function enlist(t)
  t.state = 'waiting'
  for _, bucket in ipairs(buckets(t)) do
    redis.call('ZADD', wait, 0, rowOf(t, bucket))
  end
  redis.call('HINCRBY', counters, 'waiting', 1)
end

-- unlist makes a ticket unmatchable.
local function unlist(t)
  if t.state ~= 'waiting' then
    return
  end
  for _, bucket in ipairs(buckets(t)) do
    redis.call('ZREM', wait, rowOf(t, bucket))
  end
  redis.call('HINCRBY', counters, 'waiting', -1)
end

local function heldRow(t)
  return t.node .. '|' .. t.id .. '|' .. t.generation .. '|' .. (t.widened and 'w' or '')
end

local function hold(t, node)
  t.node = node
  redis.call('ZADD', held, 0, heldRow(t))
end

-- release takes a ticket from the node that holds it, and returns that node.
local function release(t)
  local node = t.node
  redis.call('ZREM', held, heldRow(t))
  t.node = ''
  return node
end

-- finish ends a ticket in the given state, as of a time: now, unless it is
-- noticed late.
local function finish(t, state, at)
  unlist(t)
  local node = release(t)
  t.state, t.forget = state, (at or now) + retention
  save(t)
  notify(t.id, node)
end

-- park makes a ticket unmatchable until a stream takes it up again. The stream
-- ended then.
local function park(t, at)
  unlist(t)
  release(t)
  t.state = 'parked'
  t.parkedUntil = at + (at - t.opened < shortStream and shortGrace or parkedGrace)
  save(t)
end

-- The reasons of the contract.
local expired, clientGone = 2, 4

-- parkOrphan lets a ticket go whose node is gone, as of the end of its lease.
local function parkOrphan(t)
  park(t, math.max(leaseOf(t.node), t.opened))
end

-- lapse does what was due with a ticket by now, but for widening it.
local function lapse(t)
  if t.state == 'waiting' and not live(t.node) then
    parkOrphan(t)
  end
  if final(t) then
    return
  elseif t.expires <= now and (t.state == 'waiting' or t.expires <= t.parkedUntil) then
    t.reason = expired
    finish(t, 'ended', t.expires)
  elseif t.state == 'parked' and t.parkedUntil <= now then
    t.reason = clientGone
    finish(t, 'ended', t.parkedUntil)
  end
end

-- find returns a ticket as it is now, whether or not what was due has been
-- done. One that is to be forgotten is not known.
local function find(id)
  local t = load(id)
  if t then
    lapse(t)
  end
  if t and final(t) and t.forget <= now then
    return nil
  end
  return t
end

local function accepts(a, b)
  return not a.avoid[b.pseudonym] and (a.widened or not a.recent[b.pseudonym])
end

local function compatible(a, b)
  return a.pseudonym ~= b.pseudonym and accepts(a, b) and accepts(b, a)
end

local function earlier(a, b)
  if a.place ~= b.place then
    return a.place < b.place
  end
  return a.id < b.id
end

local named = 0

-- newName returns a name nobody can guess, of 128 bits. Scripts have no
-- randomness of their own.
local function newName()
  named = named + 1
  return string.sub(redis.sha1hex(seed .. named), 1, 32)
end

-- match ends the tickets of a group with a new room. The earlier place gets
-- the lower slot.
local function match(group, bucket)
  table.sort(group, earlier)
  local room, members = newName(), {}
  for slot, t in ipairs(group) do
    members[#members + 1] = newName()
    members[#members + 1] = t.pseudonym
    redis.call('LPUSH', waits, string.format('%.0f:%.0f', now, math.max(now - t.arrived, 0)))
  end
  redis.call('LTRIM', waits, 0, keptWaits - 1)
  keep(waits)
  for slot, t in ipairs(group) do
    t.match = { room = room, slot = slot - 1, bucket = bucket, at = now, members = members }
    finish(t, 'matched')
  end
end

-- register makes the calling node known here, or renews its lease.
local function register()
  redis.call('ZADD', nodes, string.format('%.0f', now + lease), me)
end

-- busy is how many wait, and the latest waits as they are kept.
local function busy()
  return { tonumber(redis.call('HGET', counters, 'waiting') or '0'), redis.call('LRANGE', waits, 0, -1), now }
end

local function flag(set)
  return set and 1 or 0
end

-- view is a ticket as the node reads it.
local function view(t)
  local list = {
    t.id, t.state, t.generation, flag(t.widened), flag(t.back), t.reason or 0,
    t.place, t.since, t.arrived, t.requeues, flag(t.placeKept),
  }
  if t.match then
    local m = t.match
    list[#list + 1] = { m.room, m.slot, m.bucket, m.at, m.members }
  end
  return list
end

local function views(ids)
  local list = {}
  for _, id in ipairs(ids) do
    local t = load(id)
    list[#list + 1] = t and view(t) or { id, 'unknown' }
  end
  return list
end
