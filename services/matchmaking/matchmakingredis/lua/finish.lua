-- finish ends a ticket, or tells how it ended before. One that is not known
-- yet is ended in advance.
--
-- ARGV[7] request, [8] the reason, a number.
local id, reason = ARGV[7], tonumber(ARGV[8])
local t = find(id)
if not t then
  t = {
    id = id, fingerprint = '', state = 'parked', node = '', generation = '', widened = false, back = false,
    place = 0, since = now, arrived = now, requeues = 0, placeKept = false,
  }
end
if not final(t) then
  t.reason = reason
  finish(t, 'ended')
  keep(tickets, due)
end
return { views(touched), view(t) }
