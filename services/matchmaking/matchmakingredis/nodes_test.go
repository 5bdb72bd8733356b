package matchmakingredis_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// patience is how long a test waits for what must come: a machine may be busy.
const patience = 20 * time.Second

// A node is an engine that runs, as in one process among several.
type node struct {
	*matchmakingredis.Engine
	t    testing.TB
	stop func() // as if the process were killed or stopped
}

func startNode(t testing.TB, url string, lease time.Duration) *node {
	t.Helper()
	n := newNode(t, url, matchmakingredis.Config{}.WithLease(lease))
	n.start()
	return n
}

// newNode returns a node that does not run yet.
func newNode(t testing.TB, url string, config matchmakingredis.Config) *node {
	t.Helper()
	config.Store = open(t, url)
	return &node{Engine: matchmakingredis.New(config), t: t}
}

func (n *node) start() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { n.Run(ctx) })
	n.stop = func() {
		cancel()
		running.Wait()
	}
	n.t.Cleanup(n.stop)
}

// wait attaches until the store answers, and reads Queued.
func (n *node) wait(arrival matchmaking.Arrival) matchmaking.Watch {
	n.t.Helper()
	watch := n.attach(arrival)
	if event := n.next(watch); !isQueued(event) {
		n.t.Fatalf("%s: first event is %+v, want Queued", arrival.RequestID, event)
	}
	return watch
}

func (n *node) attach(arrival matchmaking.Arrival) matchmaking.Watch {
	n.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		watch, err := n.Attach(n.t.Context(), arrival)
		if err == nil {
			n.t.Cleanup(watch.Close)
			return watch
		}
		if !errors.Is(err, matchmaking.ErrUnavailable) || time.Now().After(deadline) {
			n.t.Fatalf("attach: %v", err)
		}
	}
}

func (n *node) next(watch matchmaking.Watch) matchmaking.Event {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	event, err := watch.Next(ctx)
	if err != nil {
		n.t.Fatalf("next event: %v", err)
	}
	return event
}

func isQueued(event matchmaking.Event) bool {
	_, is := event.(matchmaking.Queued)
	return is
}

// quiet fails if the watch has something to say soon.
func (n *node) quiet(watch matchmaking.Watch) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 100*time.Millisecond)
	defer cancel()
	if event, err := watch.Next(ctx); err == nil {
		n.t.Errorf("says %+v, want nothing", event)
	}
}

// matched returns the room of the watch's last event.
func (n *node) matched(watch matchmaking.Watch) matchmaking.Match {
	n.t.Helper()
	for {
		switch event := n.next(watch).(type) {
		case matchmaking.Matched:
			return event.Match
		case matchmaking.Queued, matchmaking.Widened:
		default:
			n.t.Fatalf("says %+v, want Matched", event)
		}
	}
}

// empties waits until only so many can be matched.
func (n *node) empties(want int) {
	n.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		pool, err := n.Pool(n.t.Context(), matchmaking.DefaultPool)
		if err == nil && pool.Waiting == want {
			return
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("%d wait, %v, want %d", pool.Waiting, err, want)
		}
	}
}

func sameRoom(t *testing.T, a, b matchmaking.Match) {
	t.Helper()
	if a.RoomID != b.RoomID || a.Slot == b.Slot {
		t.Errorf("rooms %+v and %+v, want one", a, b)
	}
}

func TestNodesShareTheQueue(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t).URL()
	a, b := startNode(t, url, 0), startNode(t, url, 0)
	waiting := a.wait(matchmakingtest.Arrival(t, "a"))
	sameRoom(t, b.matched(b.attach(matchmakingtest.Arrival(t, "b"))), a.matched(waiting))

	arrival := matchmakingtest.Arrival(t, "c")
	first := a.wait(arrival)
	arrival.Attempt = 1
	second := b.wait(arrival)
	if event := a.next(first); event != (matchmaking.Detached{Reason: matchmaking.DetachedFenced}) {
		t.Errorf("the older stream says %+v", event)
	}
	first.Close()
	a.quiet(second)

	if outcome, err := a.Cancel(t.Context(), arrival.Pool, arrival.RequestID, ""); err != nil || outcome.Reason != matchmaking.EndCancelled {
		t.Errorf("cancel: %+v, %v", outcome, err)
	}
	if event := b.next(second); event != (matchmaking.Ended{Reason: matchmaking.EndCancelled}) {
		t.Errorf("says %+v, want that it is cancelled", event)
	}
}

// TestLostNotification lets a node hear nothing: it looks by itself.
func TestLostNotification(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Must("ACL", "SETUSER", "deaf", "on", ">secret", "~*", "+@all", "resetchannels")
	deaf := startNode(t, "redis://deaf:secret@"+server.Address(), 0)
	other := startNode(t, server.URL(), 0)
	waiting := deaf.wait(matchmakingtest.Arrival(t, "a"))
	sameRoom(t, other.matched(other.attach(matchmakingtest.Arrival(t, "b"))), deaf.matched(waiting))
}

func TestKilledNode(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t).URL()
	a, b := startNode(t, url, time.Second), startNode(t, url, 0)
	arrival := matchmakingtest.Arrival(t, "a")
	a.wait(arrival)
	time.Sleep(matchmaking.ShortStream) // or it would not be waited for
	a.stop()
	b.use(t)
	b.empties(0)
	stranger := b.wait(matchmakingtest.Arrival(t, "b"))
	arrival.Attempt = 1
	match := b.matched(b.attach(arrival))
	sameRoom(t, match, b.matched(stranger))
	if match.Slot != 0 {
		t.Error("who came first lost the place")
	}
}

// use lets a node have something to do with the pool.
func (n *node) use(t *testing.T) {
	arrival := matchmakingtest.Arrival(t, "passer-by")
	arrival.GroupSize = 3
	n.wait(arrival).Close()
}

// TestLateSweep lets nobody do what is due until somebody asks: the answer is
// the same.
func TestLateSweep(t *testing.T) {
	t.Parallel()
	store, clock := open(t, redistest.Start(t).URL()), redisstore.NewClock(time.Now())
	n := &node{Engine: matchmakingredis.New(matchmakingredis.Config{Store: store}.WithClock(clock)), t: t}
	pass := func(d time.Duration) { clock.Set(clock.Now().Add(d)) }
	parked, waiting, short := matchmakingtest.Arrival(t, "a"), arrivalFor(t, "b", 3), arrivalFor(t, "c", 4)
	short.MaxWait = time.Minute
	watch := n.wait(parked)
	n.wait(waiting)
	n.wait(short)
	pass(2 * matchmaking.ShortStream)
	watch.Close()
	pass(matchmaking.ParkedGrace)
	for _, test := range []struct {
		arrival matchmaking.Arrival
		want    matchmaking.Event
	}{
		{parked, matchmaking.Ended{Reason: matchmaking.EndClientGone}},
		{short, matchmaking.Ended{Reason: matchmaking.EndExpired}},
	} {
		if event := n.next(n.attach(test.arrival)); event != test.want {
			t.Errorf("%s: says %+v, want %+v", test.arrival.RequestID, event, test.want)
		}
	}
	pass(matchmaking.Retention)
	n.wait(parked) // as if it were new
	if event := n.next(n.attach(waiting)); event != (matchmaking.Queued{Pool: matchmaking.Pool{Waiting: 2}, PlaceKept: true}) {
		t.Errorf("who waited all the time hears %+v", event)
	}
}

// TestStoppedNode lets a node miss its lease and come back.
func TestStoppedNode(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t).URL()
	a, b := startNode(t, url, time.Second), startNode(t, url, 0)
	waiting := a.wait(matchmakingtest.Arrival(t, "a"))
	time.Sleep(matchmaking.ShortStream)
	a.stop()
	b.use(t)
	b.empties(0)
	stranger := b.wait(matchmakingtest.Arrival(t, "b"))
	a.start()
	match := a.matched(waiting)
	sameRoom(t, match, b.matched(stranger))
	if match.Slot != 0 {
		t.Error("who came first lost the place")
	}
}

func TestStoreRestartedEmpty(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a, b := startNode(t, server.URL(), 0), startNode(t, server.URL(), 0)
	arrival := matchmakingtest.Arrival(t, "a")
	arrival.Introduction = "of a"
	waiting := a.wait(arrival)
	server.Restart()
	match := b.matched(b.attach(matchmakingtest.Arrival(t, "b")))
	sameRoom(t, match, a.matched(waiting))
	if got := match.Members[0].Introduction; got != arrival.Introduction {
		t.Errorf("introduction %q, want %q", got, arrival.Introduction)
	}
	arrival.Attempt = 1
	if again := b.matched(b.attach(arrival)); again.Slot != 0 {
		t.Errorf("the end is told as %+v", again)
	}
}

// TestStoreStopped lets the store hang: calls say so in time, streams wait.
func TestStoreStopped(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a := startNode(t, server.URL(), 0)
	waiting := a.wait(matchmakingtest.Arrival(t, "a"))
	leaving := matchmakingtest.Arrival(t, "leaving")
	leaving.Pool = "other"
	closing := a.wait(leaving)
	server.Stop()
	began := time.Now()
	if _, err := a.Attach(t.Context(), matchmakingtest.Arrival(t, "b")); !errors.Is(err, matchmaking.ErrUnavailable) {
		t.Errorf("attach: %v, want unavailable", err)
	}
	closing.Close()
	if took := time.Since(began); took > patience {
		t.Errorf("answers took %v", took)
	}
	a.quiet(waiting)
	server.Continue()
	sameRoom(t, a.matched(a.attach(matchmakingtest.Arrival(t, "b"))), a.matched(waiting))
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if pool, err := a.Pool(t.Context(), "other"); err == nil && pool.Waiting == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("who left while the store was away waits for ever")
		}
	}
}

func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a := startNode(t, server.URL(), 0)
	waiting := a.wait(matchmakingtest.Arrival(t, "a"))
	server.Must("CONFIG", "SET", "maxmemory", "1")
	if _, err := a.Attach(t.Context(), matchmakingtest.Arrival(t, "b")); !errors.Is(err, matchmaking.ErrUnavailable) {
		t.Errorf("out of memory: attach: %v, want unavailable", err)
	}
	server.Must("CONFIG", "SET", "maxmemory", "0")
	server.Must("REPLICAOF", "127.0.0.1", "1")
	if _, err := a.Attach(t.Context(), matchmakingtest.Arrival(t, "c")); !errors.Is(err, matchmaking.ErrUnavailable) {
		t.Errorf("read-only: attach: %v, want unavailable", err)
	}
	server.Must("REPLICAOF", "NO", "ONE")
	server.Must("SCRIPT", "FLUSH")
	sameRoom(t, a.matched(a.attach(matchmakingtest.Arrival(t, "b"))), a.matched(waiting))
}

// TestCancelledBeforeTheStoreLostItsData lets the store lose a cancellation of
// which the node with the stream has not heard: nobody is matched with it.
func TestCancelledBeforeTheStoreLostItsData(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	deaf, other := startNode(t, server.URL(), 0), startNode(t, server.URL(), 0)
	arrival := matchmakingtest.Arrival(t, "a")
	waiting := deaf.wait(arrival)
	server.Must("CLIENT", "KILL", "TYPE", "pubsub") // nodes subscribe again after a while
	if outcome, err := other.Cancel(t.Context(), arrival.Pool, arrival.RequestID, ""); err != nil || outcome.Reason != matchmaking.EndCancelled {
		t.Fatalf("cancel: %+v, %v", outcome, err)
	}
	server.Restart()
	if event := deaf.next(waiting); event != (matchmaking.Ended{Reason: matchmaking.EndCancelled}) {
		t.Errorf("says %+v, want that it is cancelled", event)
	}
}
