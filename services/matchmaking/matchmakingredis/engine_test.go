package matchmakingredis_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.Leftovers()...) }

// atOnce is how many servers a contract test takes: one for each of its
// parallel parts that the machine has a processor for.
const atOnce = 2

func TestContract(t *testing.T) {
	t.Parallel()
	stores := make(chan *redisstore.Store, atOnce)
	for range atOnce {
		stores <- open(t, redistest.Start(t).URL())
	}
	matchmakingtest.Test(t, redistest.Seeds(t, 60), func(t *testing.T, body func(*testing.T, matchmakingtest.Subject)) {
		store := <-stores
		defer func() { stores <- store }()
		body(t, subject(t, store, matchmaking.Limits{}))
	})
}

func open(t testing.TB, url string) *redisstore.Store {
	t.Helper()
	store, err := redisstore.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

// subject returns an engine on an empty store, whose clock the test moves.
func subject(t *testing.T, store *redisstore.Store, limits matchmaking.Limits) matchmakingtest.Subject {
	t.Helper()
	if err := redistest.Empty(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	clock := redisstore.NewClock(time.Now())
	engine := matchmakingredis.New(matchmakingredis.Config{Store: store, Limits: limits}.WithClock(clock))
	return matchmakingtest.Subject{
		Engine:  engine,
		Restart: func(limits matchmaking.Limits) matchmakingtest.Subject { return subject(t, store, limits) },
		Advance: func(d time.Duration) { engine.Advance(t.Context(), t, d) },
		Held: func() int {
			keys, err := redistest.Keys(t.Context(), store)
			if err != nil {
				t.Error(err)
			}
			return keys + engine.Held()
		},
	}
}
