-- look tells how busy a pool is: how many wait, the latest waits, and the time.
local pool = KEYS[1]
local fields = redis.call('HMGET', pool, 'waiting', 'waits')
return { fields[1] or 0, fields[2] or '', now }
