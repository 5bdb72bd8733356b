-- tend renews the lease of a node that has streams here, does what is due, and
-- lists the streams that the pool takes for the node's.
--
-- after is the row after which they are listed; -: they are not.
local streams, after = unpack(ARGV, lastArgument + 1)
local ticketsAtOnce, walksAtOnce, cleanAtOnce, rowsAtOnce = 32, 4, 200, 1000

fetch('tickets', 'waiting', 'waits', 'kept')

-- parkOrphans lets the tickets of a node go whose lease has ended, a few at a
-- time.
local function parkOrphans(node)
  local found = redis.call('ZRANGEBYLEX', rows, '[h|' .. node .. '|', '(h|' .. node .. '}', 'LIMIT', 0, ticketsAtOnce)
  for _, row in ipairs(found) do
    changedRows[row] = false
    local t = load(string.match(row, '^h|[^|]+|([^|]+)|'))
    if t and t.state == 'waiting' and heldRow(t) == row then
      parkOrphan(t)
    end
  end
  if #found < ticketsAtOnce then
    changedTimes['n:' .. node] = false
  end
end

-- widen lets a ticket accept more partners than it did.
local function widen(t)
  list(t, false)
  t.widened = true
  list(t, true)
  beginWalk(t)
  save(t)
  notify(t, t.node)
end

-- act does what is due with a ticket and reports whether that was a turn of a
-- walk.
local function act(t)
  lapse(t)
  if t.state ~= 'waiting' then
    return false
  end
  if not t.widened and t.since + widenAfter <= now then
    widen(t)
  end
  if t.former ~= '' and t.arrived + widenAfter <= now then
    t.former = ''
    beginWalk(t)
  end
  if not t.walk or t.walk.at > now then
    save(t)
    return false
  end
  commit() -- the walk must see its rows
  if not seek(t) then
    save(t)
  end
  return true
end

local function doWhatIsDue()
  local walks = 0
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', times, '-inf', now, 'LIMIT', 0, ticketsAtOnce)) do
    local kind, id = string.match(name, '^(.):(.*)$')
    if kind == 'n' then
      parkOrphans(id)
    else
      local t = load(id)
      if not t then
        changedTimes[name] = false
      elseif t.state ~= 'final' and act(t) then
        walks = walks + 1
      end
    end
    commit()
    if walks == walksAtOnce then
      return
    end
  end
end

-- leaveIdle removes a pool that nobody uses, but for what its median needs. It
-- returns for how long that is kept.
local function leaveIdle()
  local waits = get('waits')
  local left = waits and tonumber(string.sub(waits, 1, 16)) + recentWaits - now or 0
  redis.call('DEL', pool, rows, times)
  if left <= 0 then
    return 0
  end
  redis.call('HSET', pool, 'waits', waits)
  redis.call('PEXPIRE', pool, math.ceil(left / 1000))
  return left
end

if streams == '1' then
  changedTimes['n:' .. me] = now + lease
  commit() -- it must not be found to have ended
else
  leases[me] = nil
end
doWhatIsDue()
cleanUp(cleanAtOnce)
commit()
local clean = redis.call('ZRANGEBYLEX', rows, '[f|', '(f}', 'LIMIT', 0, 1)[1]
if not get('tickets') and not clean then
  return { 'idle', leaveIdle(), 0, {}, touched }
end
local change = tonumber(redis.call('ZRANGE', times, 0, 0, 'WITHSCORES')[2] or never)
local held = {}
if after ~= '-' then
  local from = after == '' and '[h|' .. me .. '|' or '(' .. after
  held = redis.call('ZRANGEBYLEX', rows, from, '(h|' .. me .. '}', 'LIMIT', 0, rowsAtOnce)
end
-- In how long something changes and must be cleaned up; 0: nothing will.
return {
  'used', change < never and math.max(change - now, 1) or 0,
  clean and math.max(tonumber(string.sub(clean, 3, 18)) - now, 1) or 0, held, touched,
}
