package signalingredis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

// TestNotifications lets two nodes share a room. Their streams look at it by themselves
// so rarely that only a notification can be what wakes them.
func TestNotifications(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := start(t, server.URL(), lasting(time.Hour)), start(t, server.URL(), lasting(time.Hour))
	passes := passes(2)
	first := enter(t, one, passes[0])
	second := enter(t, other, passes[1])
	next[signaling.PeerJoined](t, first)

	send(t, other, passes[1], 1, 3)
	receive(t, first, 1, 3)
	server.Must("CLIENT", "KILL", "TYPE", "pubsub")
	send(t, other, passes[1], 4, 3) // its notification may be lost; nodes that subscribe again read
	receive(t, first, 4, 3)
	server.Must("SCRIPT", "FLUSH")
	send(t, other, passes[1], 7, 3)
	receive(t, first, 7, 3)

	second.Close()
	awaitState(t, first, signaling.Away)
	third := enter(t, one, passes[1])
	awaitState(t, first, signaling.Present)
	enter(t, other, passes[1])
	if got := next[signaling.Detached](t, third).Reason; got != signaling.DetachedFenced {
		t.Errorf("reason %v, want fenced", got)
	}
	if err := other.Leave(t.Context(), passes[1]); err != nil {
		t.Fatalf("leave: %v", err)
	}
	await[signaling.RoomClosed](t, first)
}

// TestNoNotifications proves that a node that hears nothing learns all the same.
func TestNoNotifications(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	deaf := startAs(t, server.URL(), (*signalingredis.Engine).RunDeaf)
	other := start(t, server.URL())
	passes := passes(2)
	first := enter(t, deaf, passes[0])
	enter(t, other, passes[1])
	next[signaling.PeerJoined](t, first)
	send(t, other, passes[1], 1, 3)
	receive(t, first, 1, 3)
}

// TestTimers proves that the end of a room comes by itself, by the store's own
// clock.
func TestTimers(t *testing.T) {
	t.Parallel()
	hasty := start(t, redistest.Start(t).URL(), func(c *signalingredis.Config) {
		*c = c.WithLease(time.Hour)
		c.JoinTimeout = 300 * time.Millisecond
	})
	in := enter(t, hasty, passes(2)[0])
	if got := next[signaling.RoomClosed](t, in).Reason; got != signaling.ClosedPeerMissing {
		t.Errorf("closed for %v, want missing", got)
	}
}

// TestNodeDies lets a node end without a word: its member is away when the
// lease is over, and present again on another node.
func TestNodeDies(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	dying, other := start(t, server.URL(), lasting(time.Second)), start(t, server.URL(), lasting(time.Second))
	passes := passes(2)
	enter(t, dying, passes[0])
	in := enter(t, other, passes[1])
	dying.stop()
	awaitState(t, in, signaling.Away)
	enter(t, other, passes[0])
	awaitState(t, in, signaling.Present)
}

// TestLeases is about streams whose node says nothing for a while, by a clock
// that the test moves.
func TestLeases(t *testing.T) {
	t.Parallel()
	server, clock := redistest.Start(t), redisstore.NewClock(time.Now())
	config := signalingredis.Config{Store: open(t, server.URL()), JoinTimeout: 15 * time.Second}.WithClock(clock)
	paused, other := signalingredis.New(config), signalingredis.New(config)
	pausedSteps := signalingredis.NewStepper(paused)
	advance := func(t *testing.T, d time.Duration) {
		t.Helper()
		signalingredis.NewStepper(other).Advance(t.Context(), t, d)
	}

	t.Run("a node that was only asleep gets its stream back", func(t *testing.T) {
		passes := passesAt(clock, 2)
		asleep, in := enter(t, paused, passes[0]), enter(t, other, passes[1])
		advance(t, 9*time.Second)
		awaitState(t, in, signaling.Away)
		send(t, other, passes[1], 1, 2)
		pausedSteps.Advance(t.Context(), t, 0)
		advance(t, 0)
		awaitState(t, in, signaling.Present)
		receive(t, asleep, 1, 2)
	})
	t.Run("streams of nodes that renew their leases cost no commit", func(t *testing.T) {
		passes := passesAt(clock, 2)
		enter(t, paused, passes[0])
		in := enter(t, other, passes[1])
		advance(t, 0)
		before := versionOf(t, server, passes[0])
		for range 6 {
			advance(t, 2*time.Second)
			pausedSteps.Advance(t.Context(), t, 0)
		}
		if after := versionOf(t, server, passes[0]); after != before {
			t.Errorf("version %s, want %s as before", after, before)
		}
		in.Close()
	})
	t.Run("another stream took over meanwhile", func(t *testing.T) {
		passes := passesAt(clock, 2)
		asleep := enter(t, paused, passes[0])
		enter(t, other, passes[1])
		advance(t, 9*time.Second)
		enter(t, other, passes[0])
		pausedSteps.Advance(t.Context(), t, 5*time.Second)
		if got := await[signaling.Detached](t, asleep).Reason; got != signaling.DetachedFenced {
			t.Errorf("reason %v, want fenced", got)
		}
	})
	t.Run("an older stream takes nothing along", func(t *testing.T) {
		passes := passesAt(clock, 2)
		older, in := enter(t, paused, passes[0]), enter(t, other, passes[1])
		enter(t, other, passes[0])
		older.Close()
		advance(t, 0)
		quiet(t, in)
	})
	t.Run("what was due happened at its time, whenever it is noticed", func(t *testing.T) {
		passes := passesAt(clock, 2)
		enter(t, paused, passes[0])
		want := clock.Now().Add(15 * time.Second)
		clock.Set(clock.Now().Add(time.Minute))
		closed := next[signaling.RoomClosed](t, join(t, other, passes[0], ""))
		if closed.Reason != signaling.ClosedPeerMissing || !closed.Requeue || !closed.At.Equal(want) {
			t.Errorf("ended by %+v, want missing at %v", closed, want)
		}
	})
	t.Run("a member whose node died is lost as of its lease", func(t *testing.T) {
		passes := passesAt(clock, 2)
		enter(t, paused, passes[0])
		want := clock.Now().Add(8*time.Second + signaling.ConnectingGrace)
		advance(t, 10*time.Second)
		in := enter(t, other, passes[1])
		advance(t, signaling.ConnectingGrace)
		closed := await[signaling.RoomClosed](t, in)
		if closed.Reason != signaling.ClosedPeerLost || !closed.Requeue || !closed.At.Equal(want) {
			t.Errorf("ended by %+v, want lost at %v", closed, want)
		}
	})
}

func versionOf(t *testing.T, server *redistest.Server, pass signaling.Pass) string {
	t.Helper()
	reply := server.Must("HGET", roomKey(t, server, pass), "version")
	version, err := reply.ToString()
	if err != nil {
		t.Fatalf("version: %v", err)
	}
	return version
}

// TestDroppedSignalsAreDeleted proves that the store keeps no text of signals
// that nobody can get any more.
func TestDroppedSignalsAreDeleted(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	engine := start(t, server.URL())
	passes := passes(2)
	in := enter(t, engine, passes[0])
	send(t, engine, passes[1], 1, 3)
	cursor := await[signaling.SignalsReceived](t, in).Cursor
	next[signaling.Welcome](t, join(t, engine, passes[0], cursor))
	reply := server.Must("HLEN", roomKey(t, server, passes[0]))
	if fields, err := reply.AsInt64(); err != nil || fields != 2 {
		t.Errorf("%d fields, %v, want version and state", fields, err)
	}
}

// TestNothingStays proves that nothing is left of rooms spread over all tags,
// and over the servers of a Cluster.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	store, clock := open(t, cluster.URL()), redisstore.NewClock(time.Now())
	config := signalingredis.Config{Store: store, Limits: signaling.Limits{MaxRooms: 1000, MaxBytes: 10 << 20}}.WithClock(clock)
	engine := signalingredis.New(config)
	for i := range 200 {
		passes := passesAt(clock, 2+i%3)
		for slot := range passes {
			passes[slot].Owner = fmt.Sprintf("owner %d", i%7)
		}
		watch := enter(t, engine, passes[i%2])
		send(t, engine, passes[1], 1, 3)
		if i%5 == 0 {
			if err := engine.Leave(t.Context(), passes[1]); err != nil {
				t.Fatalf("leave: %v", err)
			}
		}
		watch.Close()
	}
	if keys, err := redistest.Keys(t.Context(), store); err != nil || keys < 200 {
		t.Errorf("%d keys, %v, want one for each room at least", keys, err)
	}
	for _, server := range cluster.Servers {
		reply := server.Must("DBSIZE")
		if size, err := reply.AsInt64(); err != nil || size < 30 {
			t.Errorf("%d keys on one of three servers, %v, want a third of some hundred", size, err)
		}
	}
	signalingredis.NewStepper(engine).Advance(t.Context(), t, 2*signaling.Retention+time.Second)
	if keys, err := redistest.Keys(t.Context(), store); err != nil || keys+engine.Held() != 0 {
		t.Errorf("%d keys, %v, and %d rooms here are left, want none", keys, err, engine.Held())
	}
}

// TestCallsTwice makes a call again, as after a lost reply: it is the same
// stream, and nobody hears anything twice.
func TestCallsTwice(t *testing.T) {
	t.Parallel()
	engine := start(t, redistest.Start(t).URL())
	passes := passes(2)
	in, other := enter(t, engine, passes[0]), enter(t, engine, passes[1])
	next[signaling.PeerJoined](t, in)
	send(t, engine, passes[1], 1, 3)
	again := join(t, engine, passes[0], "rubbish")
	next[signaling.PeerResynced](t, other)
	signalingredis.CommitTwice(t.Context(), t, engine.Engine, passes[0], again, "rubbish")
	quiet(t, other)
	next[signaling.Welcome](t, again)
	receive(t, again, 1, 3)
	quiet(t, again)
}

func passesAt(clock *redisstore.Clock, members int) []signaling.Pass {
	passes := passes(members)
	for slot := range passes {
		passes[slot].MatchedAt = clock.Now()
	}
	return passes
}
