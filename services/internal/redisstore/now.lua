-- now is the time in microseconds: the server's own, unless the caller sets
-- the clock.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
