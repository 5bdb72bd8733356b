package signalingredis_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.Leftovers()...) }

func TestContract(t *testing.T) {
	t.Parallel()
	testContract(t, redistest.Start(t).URL(), redistest.Seeds(t, 150))
}

func TestContractBehindSentinel(t *testing.T) {
	t.Parallel()
	testContract(t, redistest.StartSentinels(t).URL(), 15)
}

func TestContractOnCluster(t *testing.T) {
	t.Parallel()
	testContract(t, redistest.StartCluster(t).URL(), 15)
}

func testContract(t *testing.T, url string, seeds int) {
	t.Helper()
	store := open(t, url)
	signalingtest.Test(t, seeds, func(t *testing.T, body func(*testing.T, signalingtest.Subject)) {
		body(t, subject(t, store, signaling.Limits{}))
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

// subject returns an engine on an empty store, whose clock the test moves. Its
// rooms lie on one tag, so that its bounds are exact.
func subject(t *testing.T, store *redisstore.Store, limits signaling.Limits) signalingtest.Subject {
	t.Helper()
	if err := redistest.Empty(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	clock := redisstore.NewClock(time.Now())
	return subjectAt(t, store, limits, clock)
}

func subjectAt(t *testing.T, store *redisstore.Store, limits signaling.Limits, clock *redisstore.Clock) signalingtest.Subject {
	t.Helper()
	engine := signalingredis.New(signalingredis.Config{
		Store:  store,
		Limits: limits,
	}.WithClock(clock).WithTags(1))
	stepper := signalingredis.NewStepper(engine)
	return signalingtest.Subject{
		Engine: engine,
		Restart: func(limits signaling.Limits) signalingtest.Subject {
			if err := redistest.Empty(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			return subjectAt(t, store, limits, clock)
		},
		Now:     clock.Now,
		Advance: func(d time.Duration) { stepper.Advance(t.Context(), t, d) },
		Held: func() int {
			keys, err := redistest.Keys(t.Context(), store)
			if err != nil {
				t.Error(err)
			}
			return keys + engine.Held()
		},
	}
}
