-- The scripts on a pool share this file. All of a pool lies in three keys with one
-- hash tag:
--
--   pool   HASH  t:<request>    a ticket: packed, or a text once it has ended
--                c:<pseudonym>  the request of the client's active ticket
--                o:<owner>      the number of the owner's tickets
--                k:<network>    the number of the network's tickets
--                r:<claim>      the request that redeemed a claim
--                i:<request>    the introduction of a ticket that has not ended, in
--                               base64; apart, so that walks need not read it
--                tickets, waiting, place, waits, kept, cleaned
--   rows   ZSET  rows whose scores are 0, so that they are in the order of
--                their bytes:
--                w|<bucket>|<place>|<request>           who can be matched
--                h|<node>|<request>|<stream>|<widened>  whose stream a node has
--                f|<time>|t|<request>|<owner>           an end to be forgotten
--                f|<time>|p|<request>                   a parked ticket to end
--                f|<time>|r|<claim>                     a claim to be forgotten
--   times  ZSET  t:<request>    when a ticket that waits changes by itself
--                n:<node>       when the lease of a node ends
--
-- Times are microseconds, and may go back a little. A script gathers what it
-- changes and writes it in commit.
local pool, rows, times = unpack(KEYS)
local me, lease, ttl, channel, poolName, seed = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6], ARGV[7]

-- keptFor is how long the lives of the keys are not prolonged. never is later
-- than any time.
local keptFor, never = 10000000, 9e15
-- lastArgument is the last one that is named here.
local lastArgument = 7

local fields, changedFields, changedRows, changedTimes = {}, {}, {}, {}

-- fetch reads fields of the pool in one step.
local function fetch(...)
  local names = { ... }
  for i, value in ipairs(redis.call('HMGET', pool, ...)) do
    fields[names[i]] = value
  end
end

-- get returns a field of the pool, or false.
local function get(field)
  if fields[field] == nil then
    fields[field] = redis.call('HGET', pool, field)
  end
  return fields[field]
end

-- put sets a field of the pool; false removes it.
local function put(field, value)
  fields[field], changedFields[field] = value, value
end

-- add changes a counter, which is removed when it is zero.
local function add(field, n)
  local value = (get(field) or 0) + n
  put(field, value ~= 0 and value)
end

-- scores returns what a sorted set is to be given, and what it is to lose. True
-- is the score 0.
local function scores(changes)
  local set, removed = {}, {}
  for name, score in pairs(changes) do
    if score then
      set[#set + 1] = score == true and 0 or score
      set[#set + 1] = name
    else
      removed[#removed + 1] = name
    end
  end
  return set, removed
end

-- commit writes what was changed. The lives of the keys are prolonged now and
-- then. An extra row and time keep the sorted sets from becoming empty: they
-- would be created again with no limit to their lives.
local function commit()
  local set, removed = {}, {}
  for field, value in pairs(changedFields) do
    if value then
      set[#set + 1] = field
      set[#set + 1] = value
    else
      removed[#removed + 1] = field
    end
  end
  if #set > 0 then redis.call('HSET', pool, unpack(set)) end
  if #removed > 0 then redis.call('HDEL', pool, unpack(removed)) end
  set, removed = scores(changedRows)
  if #set > 0 then redis.call('ZADD', rows, unpack(set)) end
  if #removed > 0 then redis.call('ZREM', rows, unpack(removed)) end
  set, removed = scores(changedTimes)
  if #set > 0 then redis.call('ZADD', times, unpack(set)) end
  if #removed > 0 then redis.call('ZREM', times, unpack(removed)) end
  changedFields, changedRows, changedTimes = {}, {}, {}
  local kept = tonumber(get('kept') or 0)
  if now >= kept + keptFor or now < kept - keptFor then
    fields.kept = now
    redis.call('HSET', pool, 'kept', now)
    redis.call('ZADD', rows, 0, '-')
    redis.call('ZADD', times, never, '-')
    redis.call('PEXPIRE', pool, ttl)
    redis.call('PEXPIRE', rows, ttl)
    redis.call('PEXPIRE', times, ttl)
  end
end
