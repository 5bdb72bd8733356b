package matchmakingredis_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// seedsOfGroup is for groups of servers, whose every call crosses more of
// them.
const seedsOfGroup = 10

func TestContractOnSentinels(t *testing.T) {
	t.Parallel()
	testContractOn(t, redistest.StartSentinels(t).URL())
}

func TestContractOnCluster(t *testing.T) {
	t.Parallel()
	testContractOn(t, redistest.StartCluster(t).URL())
}

func testContractOn(t *testing.T, url string) {
	stores := make(chan struct{}, 1) // one store: one subject at a time
	store := open(t, url)
	matchmakingtest.Test(t, seedsOfGroup, func(t *testing.T, body func(*testing.T, matchmakingtest.Subject)) {
		stores <- struct{}{}
		defer func() { <-stores }()
		body(t, subject(t, store, matchmaking.Limits{}))
	})
}

// TestFailover lets Sentinels replace a master that dies: who waits, waits on.
func TestFailover(t *testing.T) {
	t.Parallel()
	group := redistest.StartSentinels(t)
	a, b := startNode(t, group.URL(), 0), startNode(t, group.URL(), 0)
	waiting := a.wait(matchmakingtest.Arrival(t, "a"))
	group.FailOver(func() {})
	sameRoom(t, b.matched(b.attach(matchmakingtest.Arrival(t, "b"))), a.matched(waiting))
}

// TestLostTail lets a replica take over that lacks the latest changes: who has
// gone is not handed to a stranger for long, and who came since then is waited
// for again.
func TestLostTail(t *testing.T) {
	t.Parallel()
	group := redistest.StartSentinels(t)
	a, b := startNode(t, group.URL(), 0), startNode(t, group.URL(), 0)
	gone := a.wait(matchmakingtest.Arrival(t, "gone"))
	var waiting matchmaking.Watch
	group.FailOver(func() {
		if outcome, err := a.Cancel(t.Context(), matchmaking.DefaultPool, "request-000000000000000000gone", ""); err != nil || outcome.Reason != matchmaking.EndCancelled {
			t.Fatalf("cancel: %+v, %v", outcome, err)
		}
		a.next(gone)
		gone.Close()
		waiting = b.wait(arrivalFor(t, "late", 3))
	})
	a.empties(1) // who is gone is not among them, who came late is
	b.attach(arrivalFor(t, "third", 3))
	b.attach(arrivalFor(t, "second", 3))
	if match := b.matched(waiting); match.Slot != 0 {
		t.Errorf("who came late is in %+v", match)
	}
}

func arrivalFor(t *testing.T, name string, size int) matchmaking.Arrival {
	arrival := matchmakingtest.Arrival(t, name)
	arrival.GroupSize = size
	return arrival
}

// TestMovingSlot lets pairs meet in a pool whose slot is moved from one master
// of a Cluster to the next, and on.
func TestMovingSlot(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	a, b := startNode(t, cluster.URL(), 0), startNode(t, cluster.URL(), 0)
	waiting := a.wait(arrivalFor(t, "patient", 3))
	var moving sync.WaitGroup
	moving.Go(func() {
		for range 3 {
			cluster.MoveSlot("wasmp2pchat:{m:lobby}:rows")
		}
	})
	moved := make(chan struct{})
	go func() {
		moving.Wait()
		close(moved)
	}()
	pairs := 0
	for over := false; !over || pairs < 20; pairs++ {
		first := a.attach(matchmakingtest.Arrival(t, fmt.Sprint("a", pairs)))
		second := b.attach(matchmakingtest.Arrival(t, fmt.Sprint("b", pairs)))
		sameRoom(t, b.matched(second), a.matched(first))
		select {
		case <-moved:
			over = true
		default:
		}
	}
	t.Logf("%d pairs met meanwhile", pairs)
	b.attach(arrivalFor(t, "second", 3))
	b.attach(arrivalFor(t, "third", 3))
	if match := a.matched(waiting); match.Slot != 0 {
		t.Errorf("who waited all the time is in %+v", match)
	}
}
