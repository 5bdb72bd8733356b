-- The limits of a pool, which hold over all nodes.

local function full(owner, maxTickets, maxTicketsPerOwner)
  local field = ownerFields(owner)
  return maxTickets > 0 and (get('tickets') or 0) + 0 >= maxTickets or
    field and maxTicketsPerOwner > 0 and (get(field) or 0) + 0 >= maxTicketsPerOwner
end

-- admit counts one more ticket of an owner, or returns false: the node or the
-- pool has as many as it may. Tickets that were due to be forgotten do not
-- count.
local function admit(owner, nodeAdmits, maxTickets, maxTicketsPerOwner)
  while full(owner, maxTickets, maxTicketsPerOwner) do
    local done = cleanUp(100)
    commit()
    if done == 0 then
      return false
    end
  end
  if nodeAdmits then
    count(owner, 1)
  end
  return nodeAdmits
end
