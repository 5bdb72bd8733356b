package redistest

import "go.uber.org/goleak"

// Leftovers are goroutines that a client of Redis leaves for some seconds after
// it is closed: it closes connections to servers that left a Cluster, and looks
// at it again, without asking whether anybody still wants that.
func Leftovers() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2"),
		goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1"),
	}
}
