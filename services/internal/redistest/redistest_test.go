package redistest_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
)

func TestServers(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) string{
		"alone":     func(tb testing.TB) string { return redistest.Start(tb).URL() },
		"Sentinels": func(tb testing.TB) string { return redistest.StartSentinels(tb).URL() },
		"Cluster":   func(tb testing.TB) string { return redistest.StartCluster(tb).URL() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, err := redisstore.Open(start(t))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if err := store.Ping(t.Context()); err != nil {
				t.Error(err)
			}
			if keys, err := store.Keys(t.Context()); err != nil || keys != 0 {
				t.Errorf("%d keys, %v, want none", keys, err)
			}
		})
	}
}
