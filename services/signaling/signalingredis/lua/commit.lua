-- commit replaces the state of a room, unless another node was first. It knows
-- no rule of rooms.
--
--   KEYS[1]  HASH  the room: "version"; "state"; "release", what is held less
--                  once the room is forgotten; "<slot>.<offset>", a signal each
--   KEYS[2]  ZSET  "d|<room>" or "f|<room>" -> when the room has something to
--                  do, or is to be forgotten
--   KEYS[3]  HASH  what the rooms of this tag hold, in all and for each owner
--   KEYS[4]  ZSET  node -> when its lease ends
--   KEYS[5]  ZSET  "<node>|<room>": the streams each node has
local room, due, held, nodes, streams = unpack(KEYS)

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

local expected = text() -- version of the room the caller knows; empty: none
local claimed, bound = number(), number() -- the caller's time, and how far it may be off
local fresh = text() -- version of the new room; empty: nothing changes; "gone": it is forgotten

local version = redis.call('HGET', room, 'version') or ''
if version ~= expected then
  if expected == '' then
    return { 'changed', now, redis.call('HGETALL', room) }
  end
  local found = redis.call('HMGET', room, 'version', 'state')
  return { 'changed', now, { 'version', found[1] or '', 'state', found[2] or '' } }
elseif math.abs(now - claimed) > bound then
  return { 'clock', now }
elseif fresh == '' then
  return { 'same', now }
end

-- What is held more: a field, how much more, and how much there may be; zero:
-- any number.
local counters = {}
for i = 1, number() do
  counters[i] = { field = text(), more = number(), most = number() }
end
for _, c in ipairs(counters) do
  if c.most > 0 and c.more > 0 and tonumber(redis.call('HGET', held, c.field) or '0') + c.more > c.most then
    local values = {}
    for i, counter in ipairs(counters) do
      values[i] = tonumber(redis.call('HGET', held, counter.field) or '0')
    end
    return { 'limit', now, values }
  end
end
for _, c in ipairs(counters) do
  if redis.call('HINCRBY', held, c.field, c.more) == 0 then
    redis.call('HDEL', held, c.field)
  end
end

local state, release, life = text(), text(), number() -- life: of keys, in milliseconds
local former, member, score = text(), text(), text() -- of due: what goes, and what comes
local opened, closed = list(), list() -- rows of streams
local lease = number() -- for how long this node has streams here
local dropped, stored = list(), list()
local channels, carries = list(), number() == 1 -- carries: the signals are told too

if former ~= '' then
  redis.call('ZREM', due, former)
end
if fresh == 'gone' then
  redis.call('DEL', room)
else
  redis.call('HSET', room, 'version', fresh, 'state', state, 'release', release, unpack(stored))
  redis.call('PEXPIRE', room, life)
  if score ~= '' then
    redis.call('ZADD', due, score, member)
  end
end
if #dropped > 0 and fresh ~= 'gone' then
  redis.call('HDEL', room, unpack(dropped))
end
for _, row in ipairs(closed) do
  redis.call('ZREM', streams, row)
end
if #opened > 0 then
  redis.call('ZADD', nodes, now + lease, string.match(opened[1], '^[^|]+'))
  for _, row in ipairs(opened) do
    redis.call('ZADD', streams, 0, row)
  end
  redis.call('PEXPIRE', nodes, life)
  redis.call('PEXPIRE', streams, life)
end
if expected == '' then -- otherwise nodes keep these keys as they look what is due
  redis.call('PEXPIRE', due, life)
  redis.call('PEXPIRE', held, life)
end
if #channels > 0 then
  local name = string.match(member, '|(.*)$')
  local message = table.concat({ name, fresh, state, unpack(carries and stored or {}) }, '\n')
  for _, channel in ipairs(channels) do
    redis.call('PUBLISH', channel, message)
  end
end
return { 'done', now }
