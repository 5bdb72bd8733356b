-- This file describes a ticket, and what happens to it with and without a call.

local function timeRow(at, kind, name)
  return string.format('f|%016.0f|%s|%s', at, kind, name)
end

-- These fields are kept of a ticket that has ended: its fingerprint, when it is
-- forgotten, its owner, and what is told of it. A packed ticket begins with no
-- character of these. The owner of a ticket is a text <owner>.<network>, of which
-- either may be empty; without the point it has no network.
local ended = '^([%w_-]*)|(%d+)|([%w_.-]*)|(.*)$'

local tickets = {}

-- pack returns what is kept of a ticket that has not ended. unpackTicket reads
-- it, in the same order. avoid, recent and former are texts, see listed.
local function pack(t)
  return cmsgpack.pack(t.fingerprint, t.pseudonym, t.owner, t.size, t.only, t.interests, t.anybody, t.avoid, t.recent, t.former,
    t.place, t.placeKept, t.since, t.arrived, t.expires, t.requeues, t.widened, t.back, t.attempt, t.generation, t.opened,
    t.state, t.node, t.grace, t.version, t.walk, t.introduced)
end

local function unpackTicket(id, text)
  local fingerprint, pseudonym, owner, size, only, interests, anybody, avoid, recent, former,
    place, placeKept, since, arrived, expires, requeues, widened, back, attempt, generation, opened,
    state, node, grace, version, walk, introduced = cmsgpack.unpack(text)
  return {
    id = id, fingerprint = fingerprint, pseudonym = pseudonym, owner = owner, size = size, only = only,
    interests = interests, anybody = anybody, avoid = avoid, recent = recent, former = former,
    place = place, placeKept = placeKept, since = since, arrived = arrived, expires = expires, requeues = requeues,
    widened = widened, back = back, attempt = attempt, generation = generation, opened = opened,
    state = state, node = node, grace = grace, version = version, walk = walk, introduced = introduced,
  }
end

local function load(id)
  local t = tickets[id]
  if t == nil then
    local kept = get('t:' .. id)
    if not kept then
      t = false
    elseif string.byte(kept) < 128 then
      t = { id = id, state = 'final' }
      t.fingerprint, t.forget, t.owner, t.view = string.match(kept, ended)
      t.forget = tonumber(t.forget)
    else
      t = unpackTicket(id, kept)
    end
    tickets[id] = t
  end
  return t
end

-- nextChange is when a ticket that waits changes by itself.
local function nextChange(t)
  local at = t.expires
  if not t.widened then
    at = math.min(at, t.since + widenAfter)
  end
  if t.former ~= '' then
    at = math.min(at, t.arrived + widenAfter)
  end
  if t.walk then
    at = math.min(at, t.walk.at)
  end
  return at
end

-- parkedUntil is when a parked ticket ends.
local function parkedUntil(t)
  return math.min(t.grace, t.expires)
end

local function save(t)
  t.version = math.max(t.version + 1, now)
  tickets[t.id] = t
  put('t:' .. t.id, pack(t))
  changedTimes['t:' .. t.id] = t.state == 'waiting' and nextChange(t)
end

local function flag(set)
  return set and 1 or 0
end

-- view is a ticket as the nodes are told of it. view.go reads it.
local function view(t)
  if t.state == 'final' then
    return t.view
  end
  return string.format('%s|%s|%s|%d|%d|%.0f|%.0f|%.0f|%d|%d|%.0f|%d|%.0f|%s', t.id, t.state, t.generation,
    flag(t.widened), flag(t.back), t.place, t.since, t.arrived, t.requeues, flag(t.placeKept), t.version,
    t.reason or 0, t.forget or 0, t.match or '')
end

-- subject is the ticket that a call is about.
local touched, leases, subject = {}, { [me] = never }, nil

-- leaseOf returns when the lease of a node ends. The calling node is alive.
local function leaseOf(node)
  local ends = leases[node]
  if not ends then
    ends = tonumber(redis.call('ZSCORE', times, 'n:' .. node) or 0)
    leases[node] = ends
  end
  return ends
end

-- notify tells the node that had a ticket how it is now. touched are those of
-- the calling node and of nobody. The ticket that the call is about is returned
-- apart from them.
local function notify(t, node)
  if node ~= me and node ~= '' then
    redis.call('PUBLISH', channel .. node, poolName .. '|' .. view(t))
  elseif t.id ~= subject then
    touched[#touched + 1] = view(t)
  end
end

-- buckets are those a ticket waits in, in the order it looks through them.
local function buckets(t)
  local list = {}
  for i, bucket in ipairs(t.interests) do
    list[i] = bucket
  end
  if #list == 0 or t.widened and not t.only then
    list[#list + 1] = t.anybody
  end
  return list
end

local function heldRow(t)
  return 'h|' .. t.node .. '|' .. t.id .. '|' .. t.generation .. '|' .. (t.widened and 'w' or '')
end

-- list sets whether a ticket has its rows: those of a ticket that waits, and
-- that of the node that has its stream, or the row of a parked one.
local function list(t, present)
  if t.state == 'waiting' then
    local rest = string.format('|%019.0f|%s', t.place, t.id)
    for _, bucket in ipairs(buckets(t)) do
      changedRows['w|' .. bucket .. rest] = present
    end
    changedRows[heldRow(t)] = present
  elseif t.state == 'parked' then
    changedRows[timeRow(parkedUntil(t), 'p', t.id)] = present
  end
end

-- change gives a ticket another state. Its rows are those of the new one.
local function change(t, state, node)
  list(t, false)
  if (t.state == 'waiting') ~= (state == 'waiting') then
    add('waiting', state == 'waiting' and 1 or -1)
  end
  t.state, t.node = state, node
  list(t, true)
end

-- finish ends a ticket as matched or ended, as of a time: now, unless it is
-- noticed late.
local function finish(t, state, at)
  local node = t.node
  change(t, state, '')
  t.forget, t.version = at + retention, math.max(t.version + 1, now)
  t.view = view(t)
  t.state = 'final'
  tickets[t.id] = t
  put('t:' .. t.id, string.format('%s|%.0f|%s|%s', t.fingerprint, t.forget, t.owner, t.view))
  changedTimes['t:' .. t.id] = false
  changedRows[timeRow(t.forget, 't', t.id .. '|' .. t.owner)] = true
  if t.pseudonym then
    put('c:' .. t.pseudonym, false)
  end
  if t.introduced then
    put('i:' .. t.id, false)
  end
  notify(t, node)
end

-- park makes a ticket unmatchable until a stream takes it up again. Its stream
-- ended at that time.
local function park(t, at)
  t.grace = at + (at - t.opened < shortStream and shortParkedGrace or parkedGrace)
  change(t, 'parked', '')
  save(t)
end

-- ownerFields returns the fields that count the tickets of an owner and of its
-- network; false: there is none.
local function ownerFields(text)
  local owner, network = string.match(text, '^([^.]*)%.?(.*)$')
  return owner ~= '' and 'o:' .. owner, network ~= '' and 'k:' .. network
end

-- count counts a ticket, or one less.
local function count(owner, n)
  local ownerField, networkField = ownerFields(owner)
  add('tickets', n)
  if ownerField then
    add(ownerField, n)
  end
  if networkField then
    add(networkField, n)
  end
end

local function forget(id, forgetAt, owner)
  put('t:' .. id, false)
  tickets[id] = false
  changedRows[timeRow(forgetAt, 't', id .. '|' .. owner)] = false
  count(owner, -1)
end

-- parkOrphan parks a ticket whose node is gone, as of the end of its lease.
local function parkOrphan(t)
  park(t, math.max(leaseOf(t.node), t.opened))
end

-- lapse does what was due with a ticket by now, but for what it would seek for.
local function lapse(t)
  if t.state == 'waiting' and leaseOf(t.node) <= now then
    parkOrphan(t)
  end
  if t.state == 'waiting' and t.expires <= now then
    t.reason = endExpired
    finish(t, 'ended', t.expires)
  elseif t.state == 'parked' and parkedUntil(t) <= now then
    t.reason = t.expires <= t.grace and endExpired or endClientGone
    finish(t, 'ended', parkedUntil(t))
  end
end

-- find returns a ticket as it is now, whether or not what was due has been
-- done, or false. One that is to be forgotten is forgotten, so that another
-- may have its name.
local function find(id)
  local t = load(id)
  if t then
    lapse(t)
    if t.state == 'final' and t.forget <= now then
      forget(id, t.forget, t.owner)
      return false
    end
  end
  return t
end

-- cleanUp does what is due and makes no difference to anybody who waits: parked
-- tickets end, ends and claims are forgotten. It does so much at most and
-- returns how much it did.
local function cleanUp(most)
  local due = redis.call('ZRANGEBYLEX', rows, '[f|', string.format('[f|%016.0f}', now), 'LIMIT', 0, most)
  for _, row in ipairs(due) do
    local at, kind, name, owner = string.match(row, '^f|(%d+)|(%a)|([^|]*)|?(.*)$')
    changedRows[row] = false
    if kind == 't' then
      forget(name, tonumber(at), owner)
    elseif kind == 'r' then
      put('r:' .. name, false)
    elseif load(name) then
      lapse(load(name))
    end
  end
  return #due
end
