-- How a ticket looks for a group.

-- joinable reports whether a ticket may still be taken, and parks it if its
-- node is gone.
local function joinable(t)
  if not live(t.node) then
    parkOrphan(t)
    return false
  end
  return t.expires > now
end

-- regroup returns the group a walk has so far, or nil if somebody of it is
-- gone: who was passed over because of them may be compatible with the rest.
local function regroup(t, walk)
  local group = { t }
  for _, id in ipairs(walk.group) do
    local other = load(id)
    if not other or other.state ~= 'waiting' then
      return nil
    end
    group[#group + 1] = other
  end
  return group
end

local function fits(group, other)
  for _, member in ipairs(group) do
    if not compatible(member, other) then
      return false
    end
  end
  return true
end

-- look takes one turn of a walk through the buckets of a ticket. It returns
-- the group that is full and its bucket, or nil and whether the walk is over.
local function look(t, walk)
  local looks, list = maxLook, buckets(t)
  local group = regroup(t, walk)
  if not group then
    group, walk.last = { t }, ''
  end
  while walk.bucket <= #list do
    local bucket, page, more = list[walk.bucket], 4, true
    while more do
      local from = walk.last == '' and '[' .. bucket .. '|' or '(' .. walk.last
      local rows = redis.call('ZRANGEBYLEX', wait, from, '(' .. bucket .. '}', 'LIMIT', 0, page)
      for _, row in ipairs(rows) do
        local other = load(string.match(row, '|([^|]+)$'))
        if not other then
          redis.call('ZREM', wait, row) -- nobody's; better than to fail on it for ever
        elseif other.id ~= t.id then
          if looks == 0 then
            walk.group = {}
            for i = 2, #group do
              walk.group[i - 1] = group[i].id
            end
            return nil, false
          end
          looks = looks - 1
          if fits(group, other) and joinable(other) then
            group[#group + 1] = other
          end
          if #group == t.size then
            return group, bucket
          end
        end
        walk.last = row
      end
      more = #rows == page
      page = math.min(page * 2, maxLook)
    end
    walk.bucket, walk.last, group = walk.bucket + 1, '', { t }
  end
  return nil, true
end

-- seek looks for a group for a ticket that waits, and matches or saves it. A
-- walk says where to go on; it is returned when others must have their turn
-- first.
local function seek(t, walk)
  local group, bucket = look(t, walk)
  if group then
    match(group, bucket)
    return nil
  end
  t.walking = not bucket
  save(t)
  return t.walking and walk or nil
end

local function newWalk()
  return { bucket = 1, last = '', group = {} }
end

local function walkView(t, walk)
  return walk and { t.id, walk.bucket, walk.last, walk.group } or {}
end
