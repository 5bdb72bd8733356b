package matchmakingmem_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	t.Parallel()
	matchmakingtest.Test(t, matchmakingtest.Seeds, func(t *testing.T, body func(*testing.T, matchmakingtest.Subject)) {
		synctest.Test(t, func(t *testing.T) { body(t, subject(matchmaking.Limits{})) })
	})
}

func subject(limits matchmaking.Limits) matchmakingtest.Subject {
	engine := matchmakingmem.New(matchmakingmem.Config{Limits: limits})
	return matchmakingtest.Subject{
		Engine:  engine,
		Restart: subject,
		Held:    engine.Held,
		Advance: func(d time.Duration) {
			time.Sleep(d) // the bubble's clock
			synctest.Wait()
		},
	}
}

// TestCrowd lets a crowd arrive at once: everybody must be paired, each with
// one other.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const crowd = 2000
	engine := matchmakingmem.New(matchmakingmem.Config{})
	rooms := make(chan string, crowd)
	var group sync.WaitGroup
	for i := range crowd {
		arrival := matchmakingtest.Arrival(t, fmt.Sprint(i))
		group.Go(func() {
			watch, err := engine.Attach(t.Context(), arrival)
			if err != nil {
				t.Error(err)
				return
			}
			defer watch.Close()
			rooms <- waitForRoom(t, watch)
		})
	}
	group.Wait()
	close(rooms)
	members := map[string]int{}
	for room := range rooms {
		members[room]++
	}
	if len(members) != crowd/2 {
		t.Errorf("%d rooms for %d people, want two in each", len(members), crowd)
	}
}

func waitForRoom(t *testing.T, watch matchmaking.Watch) string {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		event, err := watch.Next(ctx)
		if err != nil {
			t.Error(err)
			return ""
		}
		if matched, ok := event.(matchmaking.Matched); ok {
			return matched.Match.RoomID
		}
	}
}
