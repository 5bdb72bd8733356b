-- attach makes a ticket wait, or takes an existing one over.
--
-- ARGV[7] request, [8] generation of the stream, [9] what to do:
--   look     nothing, unless the ticket is known here
--   arrive   make it, unless it is known
--   resume   let the stream of that generation go on after the pool took its
--            node for dead, or lost the ticket
-- ARGV[10] attempt, [11] fingerprint, [12] the arrival as JSON.
local id, generation, mode, attempt, fingerprint = ARGV[7], ARGV[8], ARGV[9], tonumber(ARGV[10]), ARGV[11]
subject = id
if leaseOf(me) <= now then
  register()
  keep(nodes)
end

local function set(list)
  local members = {}
  for _, value in ipairs(list) do
    members[value] = true
  end
  return members
end

-- redeem gives a ticket the place of a claim, unless another request has it.
local function redeem(t, claim)
  local owner = redis.call('HGET', claims, claim.id)
  if not owner then
    redis.call('HSET', claims, claim.id, id)
    redis.call('ZADD', due, claim.expires, 'claim ' .. claim.id)
    keep(claims)
  end
  if owner and owner ~= id then
    return
  end
  t.place, t.since, t.requeues, t.placeKept = tonumber(claim.place), tonumber(claim.since), claim.count, true
  for _, pseudonym in ipairs(claim.avoid) do
    t.avoid[pseudonym] = true
  end
end

local function arrive(a)
  local t = {
    id = id, fingerprint = fingerprint, pseudonym = a.pseudonym, size = a.size, only = a.only,
    interests = a.interests, anybody = a.anybody, avoid = set(a.avoid), recent = set(a.recent),
    since = now, arrived = now, requeues = 0, placeKept = false, widened = false, back = false,
    attempt = attempt, generation = '', state = 'parked', node = '', opened = now, parkedUntil = now,
  }
  if a.restore then
    t.place, t.since, t.arrived = tonumber(a.restore.place), tonumber(a.restore.since), tonumber(a.restore.arrived)
    t.requeues, t.avoid = a.restore.count, set(a.restore.avoid)
    t.generation = generation
  elseif a.claim then
    redeem(t, a.claim)
  end
  if not t.place then
    -- The clock keeps places ordered over pools, and over a store that is lost.
    t.place = math.max(tonumber(redis.call('HGET', counters, 'place') or '0') + 1, now)
    redis.call('HSET', counters, 'place', string.format('%.0f', t.place))
  end
  t.expires = t.arrived + a.wait
  t.back = t.placeKept
  loaded[id] = t
  return t
end

-- take gives a ticket to this stream.
local function take(t)
  local before = release(t)
  t.widened = t.widened or canWiden(t) and t.state ~= 'waiting' and t.since + widenAfter <= now
  if t.generation ~= generation then
    notify(id, before)
    t.generation, t.opened = generation, now
  end
  t.attempt = attempt
  hold(t, me)
end

-- comeToWait makes a ticket matchable and looks for a group for it: two
-- compatible people would otherwise wait for a third. One that waits has
-- looked, unless the node that was about to is gone.
local function comeToWait(t)
  if t.state == 'waiting' and not t.walking then
    save(t)
    return nil
  end
  if t.state ~= 'waiting' then
    enlist(t)
  end
  return seek(t, newWalk())
end

local function reply(status, t, walk)
  local waits = t and t.state == 'waiting'
  return { status, views(touched), t and view(t) or {}, walkView(t, walk), waits and busy() or {} }
end

local t = find(id)
local new = not t
if new then
  if mode == 'look' then
    return reply('unknown')
  end
  t = arrive(cjson.decode(ARGV[12]))
elseif t.fingerprint ~= '' and t.fingerprint ~= fingerprint then
  return reply('differs')
elseif final(t) then
  return reply('known', t)
elseif mode == 'resume' and t.generation ~= generation then
  return reply('fenced')
elseif attempt < t.attempt then
  return reply('stale')
elseif t.generation ~= generation then
  t.back = true
end
take(t)
local walk = comeToWait(t)
keep(wait, held)
if new then
  keep(tickets, due, counters)
end
return reply('known', t, walk)
