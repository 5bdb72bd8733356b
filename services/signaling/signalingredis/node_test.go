package signalingredis_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

// patience is how long things may take that are to happen soon, on a busy
// machine.
const patience = 30 * time.Second

// A node is an engine that runs, with connections of its own.
type node struct {
	*signalingredis.Engine
	// stop ends what the node does in the background, as if it died.
	stop func()
}

func start(t *testing.T, url string, configure ...func(*signalingredis.Config)) node {
	t.Helper()
	return startAs(t, url, (*signalingredis.Engine).Run, configure...)
}

func startAs(t *testing.T, url string, run func(*signalingredis.Engine, context.Context), configure ...func(*signalingredis.Config)) node {
	t.Helper()
	config := signalingredis.Config{Store: open(t, url)}
	for _, change := range configure {
		change(&config)
	}
	engine := signalingredis.New(config)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { run(engine, ctx) })
	stop := func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return node{engine, stop}
}

// lasting lets streams live for so long without a sign. Every quarter of it
// they look at their rooms without being told to.
func lasting(lease time.Duration) func(*signalingredis.Config) {
	return func(c *signalingredis.Config) { *c = c.WithLease(lease) }
}

// passes returns those of a room matched just now, whose peers are named by
// their slots.
func passes(members int) []signaling.Pass {
	pass := signaling.Pass{RoomID: rand.Text(), MatchedAt: time.Now()}
	for slot := range members {
		pass.Members = append(pass.Members, signaling.Member{PeerID: strconv.Itoa(slot)})
	}
	passes := make([]signaling.Pass, members)
	for slot := range passes {
		passes[slot], passes[slot].Slot = pass, slot
	}
	return passes
}

func join(t *testing.T, engine signaling.Engine, pass signaling.Pass, cursor string) signaling.Watch {
	t.Helper()
	watch, err := engine.Join(t.Context(), pass, signaling.Entry{Cursor: cursor})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	t.Cleanup(watch.Close)
	return watch
}

// enter joins and reads the Welcome.
func enter(t *testing.T, engine signaling.Engine, pass signaling.Pass) signaling.Watch {
	t.Helper()
	watch := join(t, engine, pass, "")
	next[signaling.Welcome](t, watch)
	return watch
}

// next returns the next event, which must be of type E.
func next[E signaling.Event](t *testing.T, watch signaling.Watch) E {
	t.Helper()
	event := nextOfAny(t, watch)
	typed, ok := event.(E)
	if !ok {
		t.Fatalf("next event is %T %+v, want %T", event, event, typed)
	}
	return typed
}

// await returns the next event of type E, whatever comes before.
func await[E signaling.Event](t *testing.T, watch signaling.Watch) E {
	t.Helper()
	for {
		if event, ok := nextOfAny(t, watch).(E); ok {
			return event
		}
	}
}

func nextOfAny(t *testing.T, watch signaling.Watch) signaling.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	event, err := watch.Next(ctx)
	if err != nil {
		t.Fatalf("next event: %v", err)
	}
	return event
}

// awaitState reads until the peer is in that state.
func awaitState(t *testing.T, watch signaling.Watch, want signaling.State) {
	t.Helper()
	for await[signaling.PeerState](t, watch).State != want {
	}
}

// fails returns the error that ends the watch.
func fails(t *testing.T, watch signaling.Watch) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		if _, err := watch.Next(ctx); err != nil {
			return err
		}
	}
}

// send sends signals to slot 0, numbered by their epochs, and tries again while
// the store is not there.
func send(t *testing.T, engine signaling.Engine, pass signaling.Pass, first, count int) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		last, err := engine.Append(t.Context(), pass, "0", uint64(first), numbered(first, count))
		if err == nil && last == uint64(first+count-1) {
			return
		}
		if !errors.Is(err, signaling.ErrUnavailable) || time.Since(began) > patience {
			t.Fatalf("append: stored up to %d, %v", last, err)
		}
	}
}

// receive reads count signals, which must be numbered from first on.
func receive(t *testing.T, watch signaling.Watch, first, count int) {
	t.Helper()
	for want := first; want < first+count; {
		for _, signal := range await[signaling.SignalsReceived](t, watch).Signals {
			if int(signal.Epoch) != want {
				t.Fatalf("signal %d, want %d", signal.Epoch, want)
			}
			want++
		}
	}
}

// quiet fails if the watch has something to tell.
func quiet(t *testing.T, watch signaling.Watch) {
	t.Helper()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if event, err := watch.Next(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("next: %T%+v, %v, want none", event, event, err)
	}
}
