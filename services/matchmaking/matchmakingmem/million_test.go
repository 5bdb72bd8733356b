package matchmakingmem_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
)

// TestMillionOperations shows that nothing stays behind, whatever clients do
// at once. With -short they do 50,000 things.
func TestMillionOperations(t *testing.T) {
	t.Parallel()
	operations := 1_000_000
	if testing.Short() {
		operations /= 20
	}
	synctest.Test(t, func(t *testing.T) {
		engine := matchmakingmem.New(matchmakingmem.Config{Limits: matchmaking.Limits{MaxTickets: 20_000, MaxTicketsPerOwner: 500}})
		over, cancel := context.WithCancel(t.Context())
		cancel() // with it a watch tells only what is there
		crowds := make([]crowd, 4)
		var group sync.WaitGroup
		for i := range crowds {
			c := &crowds[i]
			c.Rand, c.engine, c.ctx, c.number = rand.New(rand.NewPCG(uint64(i), 0)), engine, over, i
			group.Go(func() {
				for range operations / len(crowds) {
					c.step()
				}
				for i := range c.persons {
					c.leave(&c.persons[i])
				}
			})
		}
		group.Wait()
		for _, c := range crowds {
			t.Logf("%d matches in groups of 2 to 4, %d redeemed a claim, %d arrivals refused", c.matched, c.requeued, c.refused)
			if c.matched == 0 || c.requeued == 0 || c.refused == 0 {
				t.Error("not everything happened")
			}
		}
		time.Sleep(matchmaking.ParkedGrace + matchmaking.Retention + matchmaking.RecentWaits)
		if held := engine.Held(); held != 0 {
			t.Errorf("the engine holds %d things for nobody", held)
		}
	})
}

// crowd is some of those who use an engine, one after the other.
type crowd struct {
	*rand.Rand
	engine                     *matchmakingmem.Engine
	ctx                        context.Context
	number                     int
	persons                    [crowdSize]person
	requests                   int
	matched, requeued, refused int
}

const crowdSize = 800

type person struct {
	arrival matchmaking.Arrival
	watch   matchmaking.Watch
	match   *matchmaking.Match // the latest
}

func (c *crowd) step() {
	number := c.IntN(len(c.persons))
	p := &c.persons[number]
	switch choice := c.IntN(100); {
	case choice < 25:
		p.arrival = c.arrival(number)
		c.attach(p)
	case choice < 45 && p.arrival.RequestID != "":
		p.arrival.Attempt += uint32(c.IntN(2))
		c.attach(p)
	case choice < 65:
		c.leave(p)
	case choice < 90:
		_, _ = c.engine.Pool(c.ctx, c.pool())
	case choice < 99 && p.arrival.RequestID != "":
		_, _ = c.engine.Cancel(c.ctx, p.arrival.Pool, p.arrival.RequestID, p.arrival.Owner)
	case choice == 99:
		time.Sleep(time.Duration(c.IntN(2000)) * time.Millisecond)
	}
}

// arrival returns one with a little of everything.
func (c *crowd) arrival(number int) matchmaking.Arrival {
	c.requests++
	arrival := matchmaking.Arrival{
		RequestID: fmt.Sprint(c.number, " ", c.requests),
		Pseudonym: name(c.number*crowdSize + number),
		Owner:     name(number % 50),
		Pool:      c.pool(),
		GroupSize: 2 + c.IntN(4)/2*c.IntN(3),
		MaxWait:   time.Duration(1+c.IntN(1800)) * time.Second,
	}
	if c.IntN(2) == 0 {
		arrival.Interests = []string{name(c.IntN(10)), name(10 + c.IntN(10))}
		arrival.InterestsOnly = c.IntN(2) == 0
	}
	for range c.IntN(3) {
		arrival.Avoid = append(arrival.Avoid, name(c.IntN(4*crowdSize)))
		arrival.Recent = append(arrival.Recent, name(c.IntN(4*crowdSize)))
	}
	if match := c.persons[number].match; match != nil && c.IntN(2) == 0 {
		arrival.Pool, arrival.GroupSize = match.Pool, match.GroupSize
		arrival.Requeue = &matchmaking.Requeue{
			ID:      fmt.Sprint(match.RoomID, match.Slot),
			Place:   match.Place,
			Since:   match.Since,
			Count:   match.Requeues + 1,
			Expires: match.At.Add(matchmaking.Retention),
		}
	}
	return arrival
}

func name(number int) string { return strconv.Itoa(number) }

func (c *crowd) pool() string { return name(c.IntN(5)) }

func (c *crowd) attach(p *person) {
	c.leave(p)
	watch, err := c.engine.Attach(c.ctx, p.arrival)
	if err != nil {
		c.refused++
		return
	}
	p.watch = watch
}

// leave reads what there is to read and closes the stream.
func (c *crowd) leave(p *person) {
	if p.watch == nil {
		return
	}
	for {
		event, err := p.watch.Next(c.ctx)
		if err != nil {
			break
		}
		if matched, ok := event.(matchmaking.Matched); ok {
			p.match = &matched.Match
			c.matched++
			if matched.Match.Requeues > 0 {
				c.requeued++
			}
		}
	}
	p.watch.Close()
	p.watch = nil
}
