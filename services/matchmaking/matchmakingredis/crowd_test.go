package matchmakingredis_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// TestCrowd lets people come, go, come back elsewhere and change their minds
// at three nodes, while connections to the store break and it loses its
// scripts. Each ticket ends once, everybody in a room agrees who is in it, and
// in the end nothing is left.
func TestCrowd(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	clock := redisstore.NewClock(time.Now())
	c := &crowd{t: t, endings: make(map[string]string), rooms: make(map[string]matchmaking.Match)}
	for range 3 {
		store := open(t, server.URL())
		n := &node{Engine: matchmakingredis.New(matchmakingredis.Config{Store: store}.WithClock(clock)), t: t}
		n.start()
		c.nodes = append(c.nodes, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var disturbing sync.WaitGroup
	disturbing.Go(func() { disturb(ctx, server, clock) })
	var people sync.WaitGroup
	for i := range 200 {
		people.Go(func() { c.person(uint64(i)) })
	}
	people.Wait()
	cancel()
	disturbing.Wait()
	t.Logf("%d tickets, %d rooms, %d calls repeated", len(c.endings), len(c.rooms), c.repeated)
	if len(c.rooms) < 60 {
		t.Errorf("only %d rooms", len(c.rooms))
	}
	clock.Set(clock.Now().Add(time.Hour))
	store := open(t, server.URL())
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		keys, err := redistest.Keys(t.Context(), store)
		if err == nil && keys == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d keys are left, %v", keys, err)
		}
	}
}

// disturb lets time pass faster than it does, and things break.
func disturb(ctx context.Context, server *redistest.Server, clock *redisstore.Clock) {
	for i := 0; ctx.Err() == nil; i++ {
		clock.Set(clock.Now().Add(20 * time.Millisecond))
		time.Sleep(2 * time.Millisecond)
		switch i % 100 {
		case 30:
			_, _ = server.Do("SCRIPT", "FLUSH")
		case 60:
			_, _ = server.Do("CLIENT", "KILL", "TYPE", "normal")
		case 90:
			_, _ = server.Do("CLIENT", "KILL", "TYPE", "pubsub")
		}
	}
}

// A crowd notes how tickets end.
type crowd struct {
	t     *testing.T
	nodes []*node

	mu       sync.Mutex // guards the following fields
	endings  map[string]string
	rooms    map[string]matchmaking.Match // as a member saw each
	repeated int
}

// person is one client with a few tickets, one after the other.
func (c *crowd) person(number uint64) {
	random := rand.New(rand.NewPCG(number, 0))
	for ticket := range 3 {
		arrival := matchmakingtest.Arrival(c.t, fmt.Sprintf("%d-%d", number, ticket))
		arrival.Pseudonym = fmt.Sprint("person ", number)
		arrival.GroupSize = 2 + random.IntN(4)/3
		if random.IntN(3) == 0 {
			arrival.Interests = []string{"go", "art", "sea"}[random.IntN(3):]
		}
		if random.IntN(4) == 0 {
			arrival.Avoid = []string{fmt.Sprint("person ", random.IntN(200))}
		}
		if random.IntN(4) == 0 {
			arrival.Recent = []string{fmt.Sprint("person ", random.IntN(200))}
		}
		c.ticket(random, arrival)
	}
}

func (c *crowd) ticket(random *rand.Rand, arrival matchmaking.Arrival) {
	for turn := 0; ; turn++ {
		engine := c.nodes[random.IntN(len(c.nodes))]
		var watch matchmaking.Watch
		c.repeat(func() (err error) {
			watch, err = engine.Attach(context.Background(), arrival)
			return err
		})
		longest := time.Duration(random.Int64N(int64(time.Second)))
		event := c.follow(watch, longest)
		watch.Close()
		if event != nil {
			c.ended(arrival, event)
		}
		if event == nil && turn < 3 && random.IntN(3) > 0 {
			arrival.Attempt++
			continue
		}
		var outcome matchmaking.Outcome
		c.repeat(func() (err error) {
			outcome, err = engine.Cancel(context.Background(), arrival.Pool, arrival.RequestID, "")
			return err
		})
		if outcome.Match != nil {
			c.ended(arrival, matchmaking.Matched{Match: *outcome.Match})
		} else {
			c.ended(arrival, matchmaking.Ended{Reason: outcome.Reason})
		}
		return
	}
}

// follow returns the last event of the ticket, or nil when it has seen enough.
func (c *crowd) follow(watch matchmaking.Watch, longest time.Duration) matchmaking.Event {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	for {
		event, err := watch.Next(ctx)
		switch {
		case err != nil:
			return nil
		case !event.Last():
			continue
		}
		if detached, is := event.(matchmaking.Detached); is {
			c.t.Errorf("the only stream is told %+v", detached)
			return nil
		}
		return event
	}
}

// repeat calls until the store answers.
func (c *crowd) repeat(call func() error) {
	for {
		err := call()
		if err == nil {
			return
		}
		if !errors.Is(err, matchmaking.ErrUnavailable) {
			c.t.Errorf("call: %v", err)
			return
		}
		c.mu.Lock()
		c.repeated++
		c.mu.Unlock()
	}
}

// ended notes how a ticket ended: once.
func (c *crowd) ended(arrival matchmaking.Arrival, event matchmaking.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := fmt.Sprintf("%+v", event)
	if before, known := c.endings[arrival.RequestID]; known && before != told {
		c.t.Errorf("%s ended twice: %s, %s", arrival.RequestID, before, told)
	}
	c.endings[arrival.RequestID] = told
	matched, is := event.(matchmaking.Matched)
	if !is {
		return
	}
	match := matched.Match
	if len(match.Members) != arrival.GroupSize || match.Members[match.Slot].Pseudonym != arrival.Pseudonym {
		c.t.Errorf("%s for %d is in %+v", arrival.RequestID, arrival.GroupSize, match)
	}
	for slot, member := range match.Members {
		if slot != match.Slot && (member.Pseudonym == arrival.Pseudonym || slices.Contains(arrival.Avoid, member.Pseudonym)) {
			c.t.Errorf("%s met %s, whom it must not", arrival.RequestID, member.Pseudonym)
		}
	}
	if other, known := c.rooms[match.RoomID]; known && !slices.Equal(other.Members, match.Members) {
		c.t.Errorf("one room is seen as %+v and %+v", other, match)
	}
	c.rooms[match.RoomID] = match
}
