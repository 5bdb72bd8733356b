-- seek takes the next turn of a walk.
--
-- ARGV[7] request, [8] bucket, [9] the row it came to, [10] the group so far as
-- JSON.
local t = load(ARGV[7])
local walk = { bucket = tonumber(ARGV[8]), last = ARGV[9], group = cjson.decode(ARGV[10]) }
if t and t.state == 'waiting' then
  walk = seek(t, walk)
else
  walk = nil
end
return { views(touched), walkView(t, walk) }
