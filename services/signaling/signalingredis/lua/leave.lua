-- leave is a member's goodbye. After the pass: nothing.
local pass = readPass()

local function leave(r, m)
  set(r, m, left)
  m.lostAt, m.leftAt = nil, now
  clear(r, pass.slot)
  local remaining = 0
  for _, other in ipairs(r.members) do
    if other.state ~= left then
      remaining = remaining + 1
    end
  end
  if remaining < 2 then
    close(r, closedLeft)
    return
  end
  m.open = false
  conclude(r)
end

local r, refusal = use(pass)
if refusal then
  return finish(r, refusal)
end
local m = r.members[pass.slot]
if r.reason == 0 and m.state ~= left then
  leave(r, m)
end
return finish(r)
