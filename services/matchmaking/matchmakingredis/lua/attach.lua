-- attach makes a ticket wait, or takes an existing one over.
--
-- Lists are texts in which a comma stands before and after each item.
local request, generation, mode, attempt, fingerprint, pseudonym, owner, size, only, wait, interests, anybody, avoid, recent, introduction,
  nodeAdmits, maxTickets, maxTicketsPerOwner,
  claim, claimPlace, claimSince, claimCount, claimExpires, claimAvoid,
  restoredPlace, restoredSince, restoredArrived, restoredCount, restoredKept, restoredFormer,
  restoredVersion = unpack(ARGV, lastArgument + 1)
-- mode is resume for a stream that was open before: its ticket is not refused,
-- and has the restored place when the store has lost it.
local resume = mode == 'resume'
attempt = tonumber(attempt)
subject = request

-- reply returns a list: a status, the time, the ticket, in how long it changes
-- by itself (0: never), how many wait, the latest waits, and what else the
-- node is told.
local function reply(status, t)
  if t and t.state == 'waiting' then
    changedTimes['n:' .. me] = now + lease
  end
  commit()
  local changes = t and t.state == 'waiting' and nextChange(t) - now or 0
  local waits = t and t.state == 'waiting' and get('waits') or ''
  return { status, now, t and view(t) or '', changes, get('waiting') or 0, waits, touched }
end

local function items(text)
  local list = {}
  for item in string.gmatch(text, '([^,]+),') do
    list[#list + 1] = item
  end
  return list
end

-- redeem gives a ticket the place of a claim, unless another request has it.
local function redeem(t)
  local by = get('r:' .. claim)
  if not by then
    put('r:' .. claim, request)
    changedRows[timeRow(tonumber(claimExpires), 'r', claim)] = true
  end
  if by and by ~= request then
    return
  end
  t.place, t.since, t.requeues, t.placeKept = tonumber(claimPlace), tonumber(claimSince), tonumber(claimCount), true
  t.former = claimAvoid
end

-- supersede ends the other active ticket of the client, if there is one, and
-- reports whether the ticket is the one to go on: the later one is.
local function supersede(t)
  local other = get('c:' .. pseudonym)
  other = other and find(other)
  if not other or other.state == 'final' then
    return true
  end
  local ends = other.arrived > t.arrived and t or other
  ends.reason = endSuperseded
  finish(ends, 'ended', now)
  if ends == t then
    put('c:' .. pseudonym, other.id)
  end
  return ends ~= t
end

local function newTicket()
  local t = {
    id = request, fingerprint = fingerprint, pseudonym = pseudonym, owner = owner, size = tonumber(size), only = only == '1',
    interests = items(interests), anybody = anybody, avoid = avoid, recent = recent, former = '',
    since = now, arrived = now, requeues = 0, placeKept = false, widened = false, back = false,
    attempt = attempt, generation = generation, opened = now, state = 'new', node = '', version = 0,
  }
  if resume then
    t.place, t.since, t.arrived = tonumber(restoredPlace), tonumber(restoredSince), tonumber(restoredArrived)
    t.requeues, t.placeKept, t.former = tonumber(restoredCount), restoredKept == '1', restoredFormer
    t.version = tonumber(restoredVersion)
  elseif claim ~= '' then
    redeem(t)
  end
  if not t.place then
    -- The clock keeps places ordered over pools, and over a store that is lost.
    t.place = math.max((get('place') or 0) + 1, now)
    put('place', string.format('%.0f', t.place))
  end
  t.back = t.placeKept
  t.expires = t.arrived + tonumber(wait)
  return t
end

-- comeToWait makes a ticket matchable and looks for a group for it: two
-- compatible people would otherwise wait for a third.
local function comeToWait(t)
  t.widened = t.widened or t.since + widenAfter <= now
  if t.arrived + widenAfter <= now then
    t.former = ''
  end
  beginWalk(t)
  if not seek(t) then
    change(t, 'waiting', me)
    save(t)
  end
end

-- introduce keeps what the stream brings for the partner.
local function introduce(t)
  local introduced = introduction ~= ''
  if introduced or t.introduced then
    put('i:' .. t.id, introduced and introduction)
  end
  t.introduced = introduced
end

-- takeOver gives a ticket that waits to this stream.
local function takeOver(t)
  local before = t.node
  list(t, false)
  t.node, t.attempt, t.generation, t.opened, t.back = me, attempt, generation, now, true
  introduce(t)
  list(t, true)
  save(t)
  notify(t, before)
end

-- cleanUpNowAndThen forgets what pairs leave behind, so that nodes need not come
-- for it alone.
local function cleanUpNowAndThen()
  local cleaned = (get('cleaned') or 0) + 0
  if now >= cleaned + cleaningPause or now < cleaned then
    local most = 32
    if cleanUp(most) < most then
      put('cleaned', now)
    end
  end
end

local function arrive()
  if not resume and claim ~= '' and tonumber(claimExpires) <= now then
    return 'expired'
  end
  if resume then
    maxTickets, maxTicketsPerOwner, nodeAdmits = 0, 0, '1'
  end
  cleanUpNowAndThen()
  if not admit(owner, nodeAdmits == '1', tonumber(maxTickets), tonumber(maxTicketsPerOwner)) then
    return 'full'
  end
  local t = newTicket()
  if supersede(t) then
    introduce(t)
    put('c:' .. pseudonym, request)
    comeToWait(t)
  end
  return 'known', t
end

local ownerField, networkField = ownerFields(owner)
fetch('t:' .. request, 'c:' .. pseudonym, 'tickets', 'waiting', 'place', 'waits', 'kept', 'cleaned', ownerField or 'o:', networkField or 'k:')
local t = find(request)
if not t then
  return reply(arrive())
elseif t.fingerprint ~= '' and t.fingerprint ~= fingerprint then
  return reply('differs')
elseif t.state == 'final' then
  return reply('known', t)
elseif resume and t.generation ~= generation then
  return reply('fenced')
elseif attempt < t.attempt then
  return reply('stale')
elseif t.state == 'parked' then
  if t.generation ~= generation then
    t.generation, t.opened, t.back = generation, now, true
  end
  t.attempt = attempt
  introduce(t)
  comeToWait(t)
elseif t.generation ~= generation or t.node ~= me then
  takeOver(t)
end
return reply('known', t)
