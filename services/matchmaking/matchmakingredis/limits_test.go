package matchmakingredis_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// ownedIn returns an arrival that meets nobody, charged to an owner.
func ownedIn(t *testing.T, pool, name, owner string) matchmaking.Arrival {
	arrival := arrivalFor(t, name, matchmaking.MaxGroupSize)
	arrival.Pool, arrival.Owner = pool, owner
	return arrival
}

func refused(t *testing.T, n *node, arrival matchmaking.Arrival) {
	t.Helper()
	if _, err := n.Attach(t.Context(), arrival); !errors.Is(err, matchmaking.ErrTooManyTickets) {
		t.Errorf("attach: %v, want ErrTooManyTickets", err)
	}
	if _, err := n.Cancel(t.Context(), arrival.Pool, arrival.RequestID, arrival.Owner); !errors.Is(err, matchmaking.ErrTooManyTickets) {
		t.Errorf("cancel: %v, want ErrTooManyTickets", err)
	}
}

// limited returns two nodes with limits that share a store and a clock.
func limited(t *testing.T, limits matchmaking.Limits) (a, b *node, pass func(time.Duration)) {
	url, clock := redistest.Start(t).URL(), redisstore.NewClock(time.Now())
	config := matchmakingredis.Config{Limits: limits}.WithClock(clock)
	a, b = newNode(t, url, config), newNode(t, url, config)
	return a, b, func(d time.Duration) { clock.Set(clock.Now().Add(d)) }
}

func TestLimitsOfAPoolHoldOverNodes(t *testing.T) {
	t.Parallel()
	a, b, pass := limited(t, matchmaking.Limits{MaxTickets: 3, MaxTicketsPerOwner: 2})
	a.wait(ownedIn(t, "lobby", "a", "one"))
	ended := ownedIn(t, "lobby", "b", "one")
	if _, err := b.Cancel(t.Context(), "lobby", ended.RequestID, "one"); err != nil {
		t.Fatal(err)
	}
	refused(t, a, ownedIn(t, "lobby", "c", "one"))
	refused(t, b, ownedIn(t, "lobby", "c", "one"))
	b.wait(ownedIn(t, "lobby", "d", "two"))
	refused(t, a, ownedIn(t, "lobby", "e", ""))
	refused(t, b, ownedIn(t, "lobby", "e", ""))
	pass(matchmaking.Retention) // nobody has cleaned up meanwhile
	if _, err := b.Cancel(t.Context(), "lobby", ownedIn(t, "lobby", "c", "").RequestID, "one"); err != nil {
		t.Errorf("cancel: %v", err)
	}
	refused(t, a, ownedIn(t, "lobby", "e", ""))
}

func TestLimitsOverPoolsHoldPerNode(t *testing.T) {
	t.Parallel()
	a, b, _ := limited(t, matchmaking.Limits{MaxTickets: 3, MaxTicketsPerOwner: 2})
	a.wait(ownedIn(t, "first", "a", "one"))
	a.wait(ownedIn(t, "second", "b", "one"))
	refused(t, a, ownedIn(t, "third", "c", "one"))
	a.wait(ownedIn(t, "third", "d", "two"))
	refused(t, a, ownedIn(t, "fourth", "e", ""))
	b.wait(ownedIn(t, "third", "c", "one"))
}

// TestTicketsCountWhileTheyAreHere lets tickets end in all ways: a node that
// holds few at a time is never full.
func TestTicketsCountWhileTheyAreHere(t *testing.T) {
	t.Parallel()
	a, b, pass := limited(t, matchmaking.Limits{MaxTickets: 4})
	for i := range 20 {
		pool := fmt.Sprint("pool-", i)
		in := func(name string) matchmaking.Arrival { return ownedIn(t, pool, fmt.Sprint(name, i), "") }
		taken := in("taken-over")
		first, second := a.wait(taken), a.wait(in("parked"))
		taken.Attempt++
		b.wait(taken).Close()
		second.Close()
		one, other := in("one"), in("other")
		one.GroupSize, other.GroupSize = 2, 2
		waiting := a.wait(one)
		a.matched(a.attach(other))
		a.matched(waiting)
		first.Close()
		pass(matchmaking.ParkedGrace + matchmaking.Retention + time.Second)
	}
}

// TestForgottenNamesake lets a request id be used again just when the ticket
// that had it before is to be forgotten.
func TestForgottenNamesake(t *testing.T) {
	t.Parallel()
	a, b, pass := limited(t, matchmaking.Limits{MaxTickets: 2})
	arrival := matchmakingtest.Arrival(t, "a")
	if _, err := a.Cancel(t.Context(), arrival.Pool, arrival.RequestID, ""); err != nil {
		t.Fatal(err)
	}
	pass(matchmaking.Retention)
	waiting := a.wait(arrival)
	a.start()
	b.start()
	time.Sleep(100 * time.Millisecond)
	arrival.Attempt++
	again := b.wait(arrival)
	if event := a.next(waiting); event != (matchmaking.Detached{Reason: matchmaking.DetachedFenced}) {
		t.Errorf("the older stream says %+v", event)
	}
	sameRoom(t, a.matched(a.attach(matchmakingtest.Arrival(t, "b"))), b.matched(again))
}
