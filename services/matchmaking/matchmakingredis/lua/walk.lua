-- How a ticket looks for a group.

-- listed reports whether a pseudonym is in a list: a text in which a comma
-- stands before and after each item. Empty: there is none.
local function listed(list, pseudonym)
  return list ~= '' and string.find(list, ',' .. pseudonym .. ',', 1, true)
end

-- accepts reports whether a ticket may meet another.
local function accepts(a, b)
  local pseudonym = b.pseudonym
  return not listed(a.avoid, pseudonym) and not listed(a.former, pseudonym) and
    (a.widened or not listed(a.recent, pseudonym))
end

-- crowds reports whether a network crowds the pool.
local function crowds(field)
  local tickets = (get(field) or 0) + 0
  return tickets >= crowdFrom and tickets * crowdShare > (get('tickets') or 0) + 0
end

-- apart reports whether two tickets are of two networks of which one crowds the
-- pool, and must wait for each other.
local function apart(a, b)
  if a.widened and b.widened then
    return false
  end
  local _, networkOfA = ownerFields(a.owner)
  local _, networkOfB = ownerFields(b.owner)
  return networkOfA ~= networkOfB and (networkOfA and crowds(networkOfA) or networkOfB and crowds(networkOfB))
end

-- fits reports whether a ticket may still be taken and is compatible with all
-- of a group.
local function fits(group, other)
  for _, member in ipairs(group) do
    if member.pseudonym == other.pseudonym or not accepts(member, other) or not accepts(other, member) or
      apart(member, other) then
      return false
    end
  end
  lapse(other)
  return other.state == 'waiting'
end

-- regroup returns the group a walk has so far, or nil if somebody of it is
-- gone: who was passed over because of them may be compatible with the rest.
local function regroup(t)
  local group = { t }
  for _, id in ipairs(t.walk.group) do
    local other = load(id)
    if not other or other.state ~= 'waiting' then
      return nil
    end
    group[#group + 1] = other
  end
  return group
end

-- take reads the next rows of a bucket and adds who fits to the group, until
-- it is full or so many were looked at. It returns how many were.
local function take(t, group, bucket, most)
  local walk, looked, page, more = t.walk, 0, 4, true
  while more do
    local from = walk.last == '' and '[w|' .. bucket .. '|' or '(' .. walk.last
    local found = redis.call('ZRANGEBYLEX', rows, from, '(w|' .. bucket .. '}', 'LIMIT', 0, page)
    for _, row in ipairs(found) do
      local id = string.match(row, '|([^|]+)$')
      local other = load(id)
      if not other then
        changedRows[row] = false -- nobody's; better than to fail on it for ever
      elseif id ~= t.id and other.state == 'waiting' then
        if looked == most then
          return looked
        end
        looked = looked + 1
        if fits(group, other) then
          group[#group + 1] = other
        end
      end
      walk.last = row
      if #group == t.size then
        return looked
      end
    end
    more = #found == page
    page = math.min(page * 2, maxLook)
  end
  walk.bucket, walk.last = walk.bucket + 1, ''
  return looked
end

local rooms = 0
local alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

-- newRoomID returns an id nobody can guess: 132 bits, six in each of 22
-- characters. Scripts have no randomness of their own.
local function newRoomID()
  rooms = rooms + 1
  local digits, id = redis.sha1hex(seed .. rooms), ''
  for i = 1, 33, 3 do
    local bits = tonumber(string.sub(digits, i, i + 2), 16)
    local high, low = math.floor(bits / 64) + 1, bits % 64 + 1
    id = id .. string.sub(alphabet, high, high) .. string.sub(alphabet, low, low)
  end
  return id
end

-- introduce returns a bucket with the introductions of a group, by slot, between
-- the size and the interest, where nodes that do not know them do not look.
local function introduce(group, bucket)
  local texts, any = {}, false
  for slot, t in ipairs(group) do
    texts[slot] = t.introduced and get('i:' .. t.id) or ''
    any = any or texts[slot] ~= ''
  end
  return any and string.gsub(bucket, ':', '.' .. table.concat(texts, '.') .. ':', 1) or bucket
end

-- match ends the tickets of a group with a new room. The earlier place gets
-- the lower slot. waits holds the latest waits as texts of fixed width, the
-- latest first: when a match was made, and how long the ticket had waited.
local function match(group, bucket)
  table.sort(group, function(a, b)
    if a.place ~= b.place then
      return a.place < b.place
    end
    return a.id < b.id
  end)
  local room, members, waits = newRoomID(), {}, ''
  for slot, t in ipairs(group) do
    members[#members + 1] = string.sub(room, 1, 10) .. (slot - 1)
    members[#members + 1] = t.pseudonym
    waits = string.format('%016.0f%010.0f', now, math.max(now - t.arrived, 0)) .. waits
  end
  put('waits', string.sub(waits .. (get('waits') or ''), 1, keptWaits * 26))
  local rest = string.format('|%s|%.0f|%s', introduce(group, bucket), now, table.concat(members, '|'))
  for slot, t in ipairs(group) do
    t.match = room .. '|' .. (slot - 1) .. rest
    finish(t, 'matched', now)
  end
end

-- beginWalk lets a ticket look through its buckets from the beginning.
local function beginWalk(t)
  t.walk = { bucket = 1, last = '', group = {}, at = now }
end

-- seek takes one turn of a ticket's walk and reports whether the ticket was
-- matched. If there is more to look at, the walk goes on after a pause: others
-- must have their turn.
local function seek(t)
  local walk, list, looks = t.walk, buckets(t), maxLook
  local group = regroup(t)
  if not group then
    group, walk.last = { t }, ''
  end
  while list[walk.bucket] do
    local bucket = walk.bucket
    looks = looks - take(t, group, list[bucket], looks)
    if #group == t.size then
      match(group, list[bucket])
      return true
    end
    if walk.bucket == bucket then -- there is more in it
      walk.group, walk.at = {}, now + turnPause
      for i = 2, #group do
        walk.group[i - 1] = group[i].id
      end
      return false
    end
    group = { t }
  end
  t.walk = nil
  return false
end
