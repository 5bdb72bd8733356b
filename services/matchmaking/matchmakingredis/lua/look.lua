-- look tells how busy a pool is.
return { busy() }
