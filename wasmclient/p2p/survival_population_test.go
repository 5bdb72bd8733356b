//go:build !js

package p2p

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// population is a number of people who meet at one server again and again, with
// faults. A person is one Client on one machine, with one life for each search. A
// person who dies is replaced by a new one.
type population struct {
	url      string
	schedule faultkit.Schedule
	machine  func() *machine
	longest  time.Duration // of a chat that is left before anything ends it
	ledger   *ledger
	lives    atomic.Uint64
	people   atomic.Uint64
}

// machine is a person's connection to the server and to peers.
type machine struct {
	line      *faultkit.Line // to the server
	cut, heal func()         // the path to peers
	engine    rtc.Engine
	free      func()
}

// option makes a client use the machine, whose peers may have addresses of this
// real one alone.
func (m *machine) option() Option {
	return func(s *settings) { s.engine, s.loopback = m.engine, true }
}

// meet keeps size people going until pairings of them have met, and returns
// when all have gone home.
func (p *population) meet(ctx context.Context, size, pairings int) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	p.ledger.goal, p.ledger.reached = pairings, enough
	var people sync.WaitGroup
	for range size {
		people.Go(func() {
			for ctx.Err() == nil {
				p.person(ctx)
			}
		})
	}
	people.Wait()
}

// person lives until ctx ends or a machine dies.
func (p *population) person(ctx context.Context) {
	machine := p.machine()
	defer machine.free()
	client := NewClient(p.url, WithHTTPClient(machine.line.Client()), machine.option(), func(s *settings) {
		s.stepByStep = p.people.Add(1)%4 == 0 // some clients know no introductions
	})
	for ctx.Err() == nil {
		life := p.newLife(client, machine)
		life.live(ctx)
		if !life.died().IsZero() {
			// The server may need this long to notice that the power is cut.
			_ = retry.Sleep(ctx, time.Minute)
			return
		}
	}
}

func (p *population) newLife(client *Client, machine *machine) *life {
	number := p.lives.Add(1)
	l := &life{population: p, number: number, client: client, machine: machine, random: p.schedule.Random(^number)}
	l.fault, l.faulty = p.schedule.Fault(number)
	return l
}
