package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

const pairsOfAttackers = 8

// signalFlood lets pairs send each other as many signals as a batch may have,
// as fast as the server takes them.
func signalFlood(ctx context.Context, a *attacker) {
	a.pairs(ctx, func(ctx context.Context, two [2]people.Person) error {
		matches, err := people.Meet(ctx, people.StepByStep, "attack-"+strings.ToLower(rand.Text()), two)
		if err != nil {
			return err
		}
		var both sync.WaitGroup
		for i, sender := range two {
			both.Go(func() {
				ctx, cancel := context.WithCancel(people.In(ctx, matches[i]))
				defer cancel()
				stream, err := sender.Signaling.JoinRoom(ctx, &signalingv1.JoinRoomRequest{Attempt: 1})
				if err != nil {
					return
				}
				var reading sync.WaitGroup
				reading.Go(func() {
					for stream.Receive() { // the inbox is to be read
					}
				})
				a.flood(ctx, sender, matches[1-i].GetPeerId())
				cancel()
				reading.Wait()
				_ = stream.Close()
			})
		}
		both.Wait()
		return nil
	})
}

// flood sends batches of signals until ctx ends.
func (a *attacker) flood(ctx context.Context, sender people.Person, peer string) {
	const most = 128 // of a batch
	batch := make([]*signalingv1.Signal, most)
	for i := range batch {
		batch[i] = people.Candidate(i)
	}
	for stored := uint64(0); ctx.Err() == nil; {
		response, err := sender.Signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peer, FirstSeq: stored + 1, Signals: batch})
		if err == nil {
			stored = response.GetLastStoredSeq()
		} else if ctx.Err() == nil {
			a.refused.Add(1)
		}
	}
}

// roomChurn lets pairs find each other, negotiate and leave, as fast as the
// server takes it.
func roomChurn(ctx context.Context, a *attacker) {
	a.pairs(ctx, func(ctx context.Context, two [2]people.Person) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		matches, err := people.Meet(ctx, people.StepByStep, "attack-"+strings.ToLower(rand.Text()), two)
		if err != nil {
			return err
		}
		for i, p := range two {
			if err := p.Leave(ctx, matches[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// pairs lets pairs of people do something again and again until ctx ends. Each
// request waits for the attacker's pace.
func (a *attacker) pairs(ctx context.Context, act func(context.Context, [2]people.Person) error) {
	var all sync.WaitGroup
	for pair := range pairsOfAttackers {
		all.Go(func() {
			var two [2]people.Person
			for i := range two {
				transport := a.transport(ctx, source(2*pair+i), true)
				two[i] = people.New(&http.Client{Transport: &paced{transport, a}}, a.url, a.url)
			}
			for ctx.Err() == nil {
				if err := act(ctx, two); err != nil && ctx.Err() == nil {
					a.refused.Add(1)
				}
			}
		})
	}
	all.Wait()
}

// paced counts requests, which wait for the attacker's pace.
type paced struct {
	*http.Transport
	a *attacker
}

// RoundTrip implements http.RoundTripper.
func (p *paced) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := p.a.pace.Wait(request.Context()); err != nil {
		return nil, err
	}
	p.a.requests.Add(1)
	return p.Transport.RoundTrip(request)
}
