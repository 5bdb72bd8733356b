package matchmakingmem_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
)

// TestMillionOperations shows that nothing stays behind, whatever clients do.
func TestMillionOperations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over, cancel := context.WithCancel(t.Context())
		cancel() // with it a watch tells only what is there
		crowd := &crowd{
			Rand:   rand.New(rand.NewPCG(1, 0)),
			engine: matchmakingmem.New(matchmakingmem.Config{MaxTickets: 20_000, MaxTicketsPerOwner: 500}),
			ctx:    over,
		}
		for range 1_000_000 {
			crowd.step()
		}
		for i := range crowd.persons {
			crowd.leave(&crowd.persons[i])
		}
		t.Logf("%d matches in groups of 2 to 4, %d redeemed a claim, %d arrivals refused", crowd.matched, crowd.requeued, crowd.refused)
		if crowd.matched == 0 || crowd.requeued == 0 || crowd.refused == 0 {
			t.Error("not everything happened")
		}
		time.Sleep(matchmaking.ParkedGrace + matchmaking.Retention + matchmaking.RecentWaits)
		if held := crowd.engine.Held(); held != 0 {
			t.Errorf("the engine holds %d things for nobody", held)
		}
	})
}

type crowd struct {
	*rand.Rand
	engine                     *matchmakingmem.Engine
	ctx                        context.Context
	persons                    [3000]person
	requests                   int
	matched, requeued, refused int
}

type person struct {
	arrival matchmaking.Arrival
	watch   matchmaking.Watch
	match   *matchmaking.Match // the latest
}

func (c *crowd) step() {
	number := c.IntN(len(c.persons))
	p := &c.persons[number]
	switch choice := c.IntN(100); {
	case choice < 30:
		p.arrival = c.arrival(number)
		c.attach(p)
	case choice < 55 && p.arrival.RequestID != "":
		p.arrival.Attempt += uint32(c.IntN(2))
		c.attach(p)
	case choice < 75:
		c.leave(p)
	case choice < 90:
		_, _ = c.engine.Pool(c.ctx, c.pool())
	case choice < 99 && p.arrival.RequestID != "":
		_, _ = c.engine.Cancel(c.ctx, p.arrival.RequestID, p.arrival.Owner)
	case choice == 99:
		time.Sleep(time.Duration(c.IntN(2000)) * time.Millisecond)
	}
}

// arrival returns one with a little of everything.
func (c *crowd) arrival(number int) matchmaking.Arrival {
	c.requests++
	arrival := matchmaking.Arrival{
		RequestID: strconv.Itoa(c.requests),
		Pseudonym: name(number),
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
		arrival.Avoid = append(arrival.Avoid, name(c.IntN(len(c.persons))))
		arrival.Recent = append(arrival.Recent, name(c.IntN(len(c.persons))))
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
