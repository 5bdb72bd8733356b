-- tend renews the lease of a node, tells it how tickets are, and does what is
-- due.
--
-- ARGV[7] the tickets the node asks for, as JSON, [8] the row of held after
-- which it compares it with what it knows itself; -: it does not.
local asked, compared = cjson.decode(ARGV[7]), ARGV[8]
local atOnce, rowsAtOnce = 32, 1000
local forgotten, walks = {}, {}

-- parkOrphans lets the tickets of nodes go whose lease has ended, and reports
-- whether there may be more.
local function parkOrphans()
  local more = false
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', string.format('%.0f', now), 'LIMIT', 0, 4)) do
    local from, to = '[' .. node .. '|', '(' .. node .. '}'
    local rows = redis.call('ZRANGEBYLEX', held, from, to, 'LIMIT', 0, atOnce)
    for _, row in ipairs(rows) do
      local t = load(string.match(row, '|([^|]+)|'))
      if t and heldRow(t) == row then
        parkOrphan(t)
      else
        redis.call('ZREM', held, row)
      end
    end
    if #rows == 0 then
      redis.call('ZREM', nodes, node)
    end
    more = more or #rows == atOnce
  end
  return more
end

-- widen lets a ticket accept more partners than it did. It must seek next.
local function widen(t)
  unlist(t)
  local node = release(t)
  t.widened = true
  hold(t, node)
  enlist(t)
  notify(t.id, node)
end

local function forget(t)
  forgotten[#forgotten + 1] = { t.id, t.fingerprint, t.pseudonym or '' }
  redis.call('HDEL', tickets, t.id)
  redis.call('ZREM', due, t.id)
  loaded[t.id] = nil
end

local function act(t)
  if final(t) then
    forget(t)
    return
  end
  lapse(t)
  if t.state == 'waiting' then
    widen(t)
    local walk = seek(t, newWalk())
    if walk then
      walks[#walks + 1] = walkView(t, walk)
    end
  end
end

local function doWhatIsDue()
  local list = redis.call('ZRANGEBYSCORE', due, '-inf', string.format('%.0f', now), 'LIMIT', 0, atOnce)
  for _, id in ipairs(list) do
    local claim = string.match(id, '^claim (.*)$')
    local t = not claim and load(id)
    if claim then
      redis.call('HDEL', claims, claim)
      redis.call('ZREM', due, id)
    elseif not t then
      redis.call('ZREM', due, id)
    elseif nextDue(t) <= now then -- not matched by one before it
      act(t)
    end
  end
end

-- idle reports whether nothing is left that anybody may ask for.
local function idle()
  local latest = redis.call('LINDEX', waits, 0)
  return redis.call('HLEN', tickets) == 0 and redis.call('HLEN', claims) == 0 and
    not (latest and now - tonumber(string.match(latest, '^%d+')) < recentWaits)
end

-- listHeld returns the next streams that the pool takes for this node's.
local function listHeld()
  if compared == '-' then
    return {}
  end
  local from = compared == '' and '[' .. me .. '|' or '(' .. compared
  return redis.call('ZRANGEBYLEX', held, from, '(' .. me .. '}', 'LIMIT', 0, rowsAtOnce)
end

register()
for _, id in ipairs(asked) do
  touched[#touched + 1] = id
end
local orphans = parkOrphans()
doWhatIsDue()
if idle() then
  redis.call('DEL', unpack(KEYS))
  return { views(touched), walks, forgotten, 0, now, 1, {} }
end
keep(unpack(KEYS))
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
local soonest = orphans and now or tonumber(first[2] or '0')
if soonest == 0 then -- only the median is left to be forgotten
  soonest = tonumber(string.match(redis.call('LINDEX', waits, 0), '^%d+')) + recentWaits
end
return { views(touched), walks, forgotten, soonest, now, 0, listHeld() }
