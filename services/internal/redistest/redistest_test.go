package redistest_test

import (
	"testing"
	"testing/fstest"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
)

var write = redisstore.NewScript(fstest.MapFS{
	"write.lua": {Data: []byte("return redis.call('SET', KEYS[1], now)")},
}, "write.lua")

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
			for _, name := range []string{"a", "b", "c", "d"} {
				if _, err := store.Run(t.Context(), write, nil, []string{name}); err != nil {
					t.Fatal(err)
				}
			}
			if keys, err := redistest.Keys(t.Context(), store); err != nil || keys != 4 {
				t.Errorf("%d keys, %v, want 4", keys, err)
			}
			if err := redistest.Empty(t.Context(), store); err != nil {
				t.Error(err)
			}
			if keys, err := redistest.Keys(t.Context(), store); err != nil || keys != 0 {
				t.Errorf("%d keys, %v, want none", keys, err)
			}
		})
	}
}
