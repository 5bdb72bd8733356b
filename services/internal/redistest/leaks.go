package redistest

import "go.uber.org/goleak"

// Leftovers returns options that ignore the goroutines of a Redis client that run
// for some seconds after it is closed: they close connections to servers that
// left a Cluster, and refresh the list of its servers.
func Leftovers() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2"),
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1"),
	}
}
