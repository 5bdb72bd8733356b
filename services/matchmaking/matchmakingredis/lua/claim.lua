-- claim sets a key, if it is free or may be taken over, and returns what it
-- held before.
--
-- KEYS[1] the key; ARGV[2] the value, [3] its life in milliseconds, [4] what it
-- must hold: empty for nothing, * for anything.
local held = redis.call('GET', KEYS[1]) or ''
if ARGV[4] == '*' or held == ARGV[4] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return { held, now }
