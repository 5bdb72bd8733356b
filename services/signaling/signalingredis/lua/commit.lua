-- commit replaces the states of rooms, each unless another node was first. It
-- knows no rule of rooms.
--
--   KEYS[1]   ZSET  room -> when something happens in it by itself
--   KEYS[2]   HASH  what the rooms of this tag hold, in all and for each owner
--   KEYS[3]   ZSET  node -> when its lease ends
--   KEYS[4]   ZSET  "<node>|<room>": the streams each node has
--   KEYS[5…]  HASH  a room: "version"; "state"; "<slot>.<offset>", a signal each
local due, held, nodes, streams = unpack(KEYS)

local argument = 1 -- the first is the clock
local function text()
  argument = argument + 1
  return ARGV[argument]
end
local function number()
  return tonumber(text())
end
local function list()
  local items = {}
  for i = 1, number() do
    items[i] = text()
  end
  return items
end

local node = text()
local claimed, bound = number(), number() -- the caller's time, and how far it may be off
local life, lease = number(), number() -- of keys, in milliseconds; of streams

-- read returns what one room is to become.
local function read()
  local c = { id = text(), expected = text(), fresh = text() } -- versions; empty: there is no room, nothing changes; "gone": forget it
  if c.fresh == '' then
    return c
  end
  c.counters = {} -- what is held more: a field, how much more, how much there may be; zero: any number
  for i = 1, number() do
    c.counters[i] = { field = text(), more = number(), most = number() }
  end
  c.state, c.due = text(), text() -- due: when something happens by itself; 0: never; empty: as before
  c.opened, c.closed = list(), list() -- rows of streams
  c.dropped, c.stored = list(), list()
  c.channels, c.carries = list(), number() == 1 -- carries: the signals are told too
  return c
end

-- refused returns what is held of all that has a limit, if one would be passed.
local function refused(c)
  local values, over = {}, false
  for i, counter in ipairs(c.counters) do
    values[i] = 0
    if counter.most > 0 and counter.more > 0 then
      values[i] = tonumber(redis.call('HGET', held, counter.field) or '0')
      over = over or values[i] + counter.more > counter.most
    end
  end
  return over and values
end

local function write(room, c)
  for _, counter in ipairs(c.counters) do
    if redis.call('HINCRBY', held, counter.field, counter.more) == 0 then
      redis.call('HDEL', held, counter.field)
    end
  end
  if c.fresh == 'gone' then
    redis.call('DEL', room)
    redis.call('ZREM', due, c.id)
  else
    if #c.dropped > 0 then
      redis.call('HDEL', room, unpack(c.dropped))
    end
    redis.call('HSET', room, 'version', c.fresh, 'state', c.state, unpack(c.stored))
    redis.call('PEXPIRE', room, life)
    if c.due == '0' then
      redis.call('ZREM', due, c.id)
    elseif c.due ~= '' then
      redis.call('ZADD', due, c.due, c.id)
    end
  end
  for _, row in ipairs(c.closed) do
    redis.call('ZREM', streams, row)
  end
  for _, row in ipairs(c.opened) do
    redis.call('ZADD', nodes, now + lease, node)
    redis.call('ZADD', streams, 0, row)
  end
end

-- tell publishes the new state, and the new signals with it. Each part begins
-- with its length.
local function tell(c)
  local parts = {}
  for _, part in ipairs({ c.id, c.fresh, c.state, unpack(c.carries and c.stored or {}) }) do
    parts[#parts + 1] = #part .. '\n'
    parts[#parts + 1] = part
  end
  local message = table.concat(parts)
  for _, channel in ipairs(c.channels) do
    redis.call('PUBLISH', channel, message)
  end
end

local function commit(room, c)
  local version = redis.call('HGET', room, 'version') or ''
  if version ~= c.expected then
    if c.expected == '' then
      return { 'changed', redis.call('HGETALL', room) }
    end
    local found = redis.call('HMGET', room, 'version', 'state')
    return { 'changed', { 'version', found[1] or '', 'state', found[2] or '' } }
  elseif math.abs(now - claimed) > bound then
    return { 'clock' }
  elseif c.fresh == '' then
    return { 'same' }
  end
  local values = refused(c)
  if values then
    return { 'limit', values }
  end
  write(room, c)
  if #c.channels > 0 then
    tell(c)
  end
  return { 'done' }
end

local results, new = {}, false
for i = 5, #KEYS do
  local c = read()
  results[#results + 1] = commit(KEYS[i], c)
  new = new or c.expected == '' or c.opened and #c.opened > 0
end
if new then -- otherwise nodes keep these keys as they look what is due
  for i = 1, 4 do
    redis.call('PEXPIRE', KEYS[i], life)
  end
end
return { now, results }
