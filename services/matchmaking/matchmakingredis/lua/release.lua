-- release deletes a key, unless it holds something else by now.
--
-- KEYS[1] the key; ARGV[2] the value.
if redis.call('GET', KEYS[1]) == ARGV[2] then
  redis.call('DEL', KEYS[1])
end
return 'done'
