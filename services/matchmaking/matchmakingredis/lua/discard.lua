-- discard removes what is kept of an idle pool, unless the pool is used again.
local pool = KEYS[1]
if redis.call('HLEN', pool) == 1 and redis.call('HGET', pool, 'waits') then
  redis.call('DEL', pool)
end
return {}
