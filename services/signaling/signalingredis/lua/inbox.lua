-- An inbox holds what a member was sent and may not have received. An offset
-- counts every signal the member was ever sent. An entry is a list of offset,
-- sender's slot, seq, size and owner; its signal has a field of its own.
local function inbox(slot)
  if not inboxes[slot] then
    local packed = redis.call('HGET', roomKey, 'inbox ' .. slot)
    inboxes[slot] = packed and cmsgpack.unpack(packed) or {}
  end
  return inboxes[slot]
end

local function field(slot, offset)
  return slot .. ' ' .. whole(offset)
end

-- remove drops signals. A cursor before one of them cannot be honoured any
-- more.
local function remove(r, slot, which)
  local m, kept, gone = r.members[slot], {}, {}
  for _, entry in ipairs(inbox(slot)) do
    local offset, from, _, size, owner = unpack(entry)
    if which(offset, from) then
      redis.call('HDEL', roomKey, field(slot, offset))
      m.signals[from], m.bytes[from] = m.signals[from] - 1, m.bytes[from] - size
      m.trimmed, m.cut = math.max(m.trimmed, offset), math.max(m.cut, offset)
      gone[owner] = (gone[owner] or 0) + size
    else
      kept[#kept + 1] = entry
    end
  end
  for owner, size in pairs(gone) do
    count('bytes', owner, -size)
  end
  inboxes[slot], touched[slot] = kept, true
end

local function clear(r, slot)
  remove(r, slot, function()
    return true
  end)
end

-- refuses returns why so many signals of one sender don't fit, if they don't.
local function refuses(m, from, owner, signals, bytes)
  if m.signals[from] + signals > maxSignals or m.bytes[from] + bytes > maxBytes then
    return 'inbox full'
  end
  if not fits('bytes', owner, bytes, most.bytes, most.ownBytes) then
    return 'too many signals'
  end
end

-- append stores signals of one sender, each a size and an opaque text, or
-- returns why they don't fit. What the member's stream was given makes room
-- for what is new.
local function append(r, slot, from, owner, signals)
  local m, bytes = r.members[slot], 0
  for _, signal in ipairs(signals) do
    bytes = bytes + signal.size
  end
  if refuses(m, from, owner, #signals, bytes) then
    remove(r, slot, function(offset, sender)
      return sender == from and offset <= m.delivered
    end)
  end
  local refusal = refuses(m, from, owner, #signals, bytes)
  if refusal then
    return refusal
  end
  local entries = inbox(slot)
  for _, signal in ipairs(signals) do
    m.top, m.stored[from] = m.top + 1, m.stored[from] + 1
    entries[#entries + 1] = { m.top, from, m.stored[from], signal.size, owner }
    redis.call('HSET', roomKey, field(slot, m.top), signal.text)
  end
  m.signals[from], m.bytes[from] = m.signals[from] + #signals, m.bytes[from] + bytes
  count('bytes', owner, bytes)
  touched[slot] = true
end

-- take gives the next run of signals of one sender: their seqs begin with the
-- first, their offsets end with the last.
local function take(m, slot, after)
  local run, names = { from = 0, first = 0, last = after, signals = {} }, {}
  for _, entry in ipairs(inbox(slot)) do
    local offset, from, seq = unpack(entry)
    if offset > after then
      if #names == 0 then
        run.from, run.first = from, seq
      end
      if from ~= run.from or #names == maxRun then
        break
      end
      run.last = offset
      names[#names + 1] = field(slot, offset)
    end
  end
  if #names > 0 then
    run.signals = redis.call('HMGET', roomKey, unpack(names))
    m.delivered, m.given = run.last, math.max(m.given, run.last)
  end
  return run
end

local function unread(slot, after)
  local entries = inbox(slot)
  return #entries > 0 and entries[#entries][1] > after
end
