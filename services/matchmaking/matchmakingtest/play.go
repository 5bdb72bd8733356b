package matchmakingtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A player lets an engine and the model do the same and compares what they
// say.
type player struct {
	engine  Subject
	model   model
	script  script
	watches []*watched
	arrived map[int]both[matchmaking.Arrival] // by request
	matched map[int]both[matchmaking.Match]   // by request
	rooms   []both[matchmaking.Match]         // as each member saw them
	places  []both[int64]
}

// both is one thing, as the engine and the model have it.
type both[T any] struct{ engine, model T }

// watched is a stream that is open in both.
type watched struct {
	operation int
	request   int
	watch     matchmaking.Watch
	stream    *stream
	done      bool
}

// over is a context that has ended: with it a watch tells only what is there.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

var (
	errNone  = errors.New("none")
	errSpoke = errors.New("another event")
)

// play returns where the engine first differs from the model.
func play(s Subject, script script) error {
	if script.limits != (matchmaking.Limits{}) {
		s = s.Restart(script.limits)
	}
	p := &player{
		engine:  s,
		model:   model{limits: script.limits, now: time.Unix(0, 0), claims: map[string]string{}},
		script:  script,
		arrived: map[int]both[matchmaking.Arrival]{},
		matched: map[int]both[matchmaking.Match]{},
	}
	defer func() {
		for _, w := range p.watches {
			w.watch.Close()
		}
	}()
	var last time.Duration
	for _, o := range script.operations {
		if err := p.advance((o.at - last + time.Second) % time.Second); err != nil {
			return fmt.Errorf("before %s: %w", script.describe(o), err)
		}
		last = o.at
		if err := p.do(o); err != nil {
			return fmt.Errorf("%s: %w", script.describe(o), err)
		}
	}
	return p.finish()
}

// finish lets everybody go and waits until it must be forgotten.
func (p *player) finish() error {
	for _, w := range p.watches {
		p.close(w)
	}
	if err := p.advance(matchmaking.ParkedGrace + matchmaking.Retention + matchmaking.RecentWaits + time.Second); err != nil {
		return fmt.Errorf("at the end: %w", err)
	}
	if held := p.engine.Held; held != nil && held() != 0 {
		return fmt.Errorf("the engine holds %d things for nobody", held())
	}
	return nil
}

// do does one operation and reads what it leads to at once.
func (p *player) do(o operation) error {
	if err := p.operate(o); err != nil {
		return err
	}
	return p.advance(0)
}

func (p *player) operate(o operation) error {
	switch o.kind {
	case attaches:
		return p.attach(o)
	case closes:
		for _, w := range p.watches {
			if w.operation == o.number {
				p.close(w)
			}
		}
		return nil
	case cancels:
		return p.cancel(o.number)
	case asks:
		name := p.script.requests[o.number].pool
		pool, err := p.engine.Engine.Pool(over, name)
		if want := p.model.pool(name); err == nil && pool.Waiting != want.Waiting {
			return fmt.Errorf("%d wait, want %d", pool.Waiting, want.Waiting)
		}
		return err
	case pauses:
		return p.advance(time.Duration(o.number) * time.Second)
	}
	return nil
}

func (p *player) advance(d time.Duration) error {
	p.engine.Advance(d)
	p.model.advance(d)
	for _, w := range p.watches {
		if err := p.read(w); err != nil {
			return fmt.Errorf("the stream of %d, request %d: %w", w.operation, w.request, err)
		}
	}
	p.watches = slices.DeleteFunc(p.watches, func(w *watched) bool { return w.done })
	return nil
}

// read compares what a stream tells.
func (p *player) read(w *watched) error {
	for !w.done {
		event, err := w.watch.Next(over)
		switch {
		case err != nil && !errors.Is(err, context.Canceled):
			return err
		case err != nil && len(w.stream.events) == 0:
			return nil
		case err != nil:
			return fmt.Errorf("says nothing, want %s", describe(w.stream.events[0]))
		case len(w.stream.events) == 0:
			return fmt.Errorf("says %s, want nothing", describe(event))
		}
		if err := p.compare(w.request, event, w.stream.events[0]); err != nil {
			return err
		}
		w.stream.events = w.stream.events[1:]
		if w.done = event.Last(); w.done {
			if _, err := w.watch.Next(over); !errors.Is(err, io.EOF) {
				return fmt.Errorf("goes on after its last event, want io.EOF: %w", cmp.Or(err, errSpoke))
			}
			w.watch.Close()
		}
	}
	return nil
}

func (p *player) close(w *watched) {
	w.watch.Close()
	p.model.close(w.stream)
	w.done = true
}

func (p *player) attach(o operation) error {
	arrival := p.arrival(p.script.requests[o.number])
	arrival.engine.Attempt, arrival.model.Attempt = o.attempt, o.attempt
	if o.introduced && arrival.model.GroupSize == 2 {
		arrival.engine.Introduction = fmt.Sprintf("introduction of %d", o.id)
		arrival.model.Introduction = arrival.engine.Introduction
	}
	if o.other {
		arrival.engine.MaxWait, arrival.model.MaxWait = time.Minute, time.Minute
	}
	watch, err := p.engine.Engine.Attach(over, arrival.engine)
	stream, want := p.model.attach(arrival.model)
	if err == nil {
		p.watches = append(p.watches, &watched{operation: o.id, request: o.number, watch: watch, stream: stream})
	}
	return compareErrors(err, want)
}

func compareErrors(got, want error) error {
	if errors.Is(got, want) {
		return nil
	}
	return fmt.Errorf("error %w, want %w", cmp.Or(got, errNone), cmp.Or(want, errNone))
}

// arrival returns the same arrival each time: a claim is the one that its
// client had the first time.
func (p *player) arrival(r request) both[matchmaking.Arrival] {
	if known, ok := p.arrived[r.number]; ok {
		return known
	}
	people := func(clients []int) []string {
		var pseudonyms []string
		for _, client := range clients {
			pseudonyms = append(pseudonyms, pseudonym(client))
		}
		return pseudonyms
	}
	plain := matchmaking.Arrival{
		RequestID:     requestID(r.number),
		Pseudonym:     pseudonym(r.client),
		Owner:         r.owner,
		Network:       r.network,
		Pool:          r.pool,
		GroupSize:     r.groupSize,
		Interests:     r.interests,
		InterestsOnly: r.only,
		Avoid:         people(r.avoid),
		Recent:        people(r.recent),
		MaxWait:       r.maxWait,
	}
	arrival := both[matchmaking.Arrival]{plain, plain}
	if match, ok := p.matched[r.claim]; ok {
		arrival.engine.Requeue = claimOf(match.engine)
		arrival.model.Requeue = claimOf(match.model)
	}
	p.arrived[r.number] = arrival
	return arrival
}

func requestID(number int) string { return fmt.Sprintf("request-%022d", number) }

func pseudonym(client int) string { return pseudonymOf(fmt.Sprint(client)) }

// claimOf returns the claim of a member whose match failed at once.
func claimOf(match matchmaking.Match) *matchmaking.Requeue {
	claim := &matchmaking.Requeue{
		ID:      fmt.Sprint(match.RoomID, " ", match.Slot),
		Place:   match.Place,
		Since:   match.Since,
		Count:   match.Requeues + 1,
		Expires: match.At.Add(time.Minute),
	}
	for slot, member := range match.Members {
		if slot != match.Slot {
			claim.Avoid = append(claim.Avoid, member.Pseudonym)
		}
	}
	return claim
}

func (p *player) cancel(number int) error {
	r := p.script.requests[number]
	got, err := p.engine.Engine.Cancel(over, r.pool, requestID(number), r.owner)
	want, wantErr := p.model.cancel(r.pool, requestID(number), r.owner)
	if err != nil || wantErr != nil {
		return compareErrors(err, wantErr)
	}
	return p.compare(number, outcomeEvent(got), outcomeEvent(want))
}
