package matchmakingredis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// TestIdlePools shows that pools that were used once do not add up, and that
// what is left of them has a limited life.
func TestIdlePools(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	store, clock := open(t, server.URL()), redisstore.NewClock(time.Now())
	engine := matchmakingredis.New(matchmakingredis.Config{Store: store}.WithClock(clock))
	const pools, remembered = 2000, 1024
	for i := range pools {
		var watches []matchmaking.Watch
		for _, name := range []string{"a", "b"} {
			arrival := matchmakingtest.Arrival(t, fmt.Sprint(name, i))
			arrival.Pool = fmt.Sprint("pool-", i)
			watch, err := engine.Attach(t.Context(), arrival)
			if err != nil {
				t.Fatal(err)
			}
			watches = append(watches, watch)
			clock.Set(clock.Now().Add(time.Millisecond))
		}
		for _, watch := range watches {
			watch.Close()
		}
	}
	clock.Set(clock.Now().Add(matchmaking.Retention))
	engine.Advance(t.Context(), t, 0)
	if keys, err := redistest.Keys(t.Context(), store); err != nil || keys != remembered {
		t.Errorf("%d keys, %v, want one for each of %d pools", keys, err, remembered)
	}
	reply := server.Must("KEYS", "*")
	keys, _ := reply.AsStrSlice()
	for _, key := range keys[:min(10, len(keys))] {
		reply := server.Must("PTTL", key)
		if left, err := reply.AsInt64(); err != nil || left <= 0 || left > matchmaking.RecentWaits.Milliseconds() {
			t.Errorf("the life of %s is %d ms, %v", key, left, err)
		}
		_, rest, _ := strings.Cut(key, "{m:")
		name, _, _ := strings.Cut(rest, "}")
		if pool, err := engine.Pool(t.Context(), name); err != nil || pool.MedianWait == 0 {
			t.Errorf("%s: %+v, %v, want the median wait", name, pool, err)
		}
	}
}

// TestKeysDoNotOutliveNodes lets all nodes go: the store forgets soon.
func TestKeysDoNotOutliveNodes(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a := startNode(t, server.URL(), 0)
	a.wait(matchmakingtest.Arrival(t, "a"))
	a.wait(arrivalFor(t, "b", 3)).Close()
	a.stop()
	reply := server.Must("KEYS", "*")
	keys, err := reply.AsStrSlice()
	if err != nil || len(keys) == 0 || len(keys) > 3 {
		t.Errorf("keys %v, %v, want three at most", keys, err)
	}
	for _, key := range keys {
		reply := server.Must("PTTL", key)
		if left, err := reply.AsInt64(); err != nil || left <= 0 || left > (200*time.Second).Milliseconds() {
			t.Errorf("the life of %s is %d ms, %v", key, left, err)
		}
	}
}

// TestIntroductionsAreForgotten lets tickets end in each way: what they brought
// for a partner is not kept beside their end.
func TestIntroductionsAreForgotten(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a := startNode(t, server.URL(), 0)
	introduced := func(name string) matchmaking.Arrival {
		arrival := matchmakingtest.Arrival(t, name)
		arrival.Introduction = "of " + name
		return arrival
	}
	kept := func() (fields []string) {
		keys := server.Must("KEYS", "*:pool")
		names, err := keys.AsStrSlice()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range names {
			reply := server.Must("HKEYS", key)
			all, err := reply.AsStrSlice()
			if err != nil {
				t.Fatal(err)
			}
			fields = append(fields, slices.DeleteFunc(all, func(field string) bool { return !strings.HasPrefix(field, "i:") })...)
		}
		return fields
	}
	waiting := a.wait(introduced("a"))
	if len(kept()) != 1 {
		t.Fatalf("introductions %q are kept, want one", kept())
	}
	sameRoom(t, a.matched(a.attach(introduced("b"))), a.matched(waiting))
	cancelled := introduced("c")
	a.wait(cancelled)
	if _, err := a.Cancel(t.Context(), cancelled.Pool, cancelled.RequestID, ""); err != nil {
		t.Fatal(err)
	}
	back := introduced("d")
	a.wait(back).Close()
	back.Introduction = ""
	a.wait(back)
	if fields := kept(); len(fields) > 0 {
		t.Errorf("introductions %q are kept", fields)
	}
}

// TestUnreadableNotification lets a node hear what it cannot read: it hears what
// follows.
func TestUnreadableNotification(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a := startNode(t, server.URL(), 0)
	waiting := a.wait(matchmakingtest.Arrival(t, "a"))
	for _, text := range []string{"", "lobby", "lobby|", "lobby|x|matched|y|1", "lobby|||||||||||||||"} {
		server.Must("PUBLISH", a.Channel(), text)
	}
	b := startNode(t, server.URL(), 0)
	sameRoom(t, b.matched(b.attach(matchmakingtest.Arrival(t, "b"))), a.matched(waiting))
}
