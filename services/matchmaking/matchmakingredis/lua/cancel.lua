-- cancel ends a ticket, or tells how it ended before. One that is not known yet
-- is ended in advance.
--
-- again is not empty for a cancellation that was answered before, at that time:
-- the store may have lost it. A later ticket of that name is let alone.
local request, owner, nodeAdmits, maxTickets, maxTicketsPerOwner, again = unpack(ARGV, lastArgument + 1)
subject = request
if again ~= '' then
  maxTickets, maxTicketsPerOwner, nodeAdmits = 0, 0, '1'
end
local at = tonumber(again) or now

fetch('t:' .. request, 'tickets', 'waiting', 'kept', ownerFields(owner) or 'o:')
local t = find(request)
if again ~= '' and (at + retention <= now or t and t.state ~= 'final' and t.arrived > at) then
  commit()
  return { 'past', now, '', touched }
end
if not t then
  if not admit(owner, nodeAdmits == '1', tonumber(maxTickets), tonumber(maxTicketsPerOwner)) then
    commit()
    return { 'full', now, '', touched }
  end
  t = {
    id = request, fingerprint = '', owner = owner, state = 'new', node = '', generation = '', widened = false, back = false,
    place = 0, since = at, arrived = at, requeues = 0, placeKept = false, version = 0,
  }
end
if t.state ~= 'final' then
  t.reason = endCancelled
  finish(t, 'ended', at)
end
commit()
return { 'known', now, view(t), touched }
