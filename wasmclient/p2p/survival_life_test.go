//go:build !js

package p2p

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
)

// life is one search of a person and the chat that comes of it. One thing may
// go wrong in it.
//
// Lock order: a ledger's mu comes before a life's mu, because the ledger asks
// lives for their facts while it judges a chat. So a life never calls the
// ledger while it holds its own mu.
type life struct {
	population *population
	number     uint64
	client     *Client
	machine    *machine
	random     *rand.Rand
	fault      faultkit.Fault
	faulty     bool

	mu         sync.Mutex // guards the following fields
	timers     []*time.Timer
	batches    int       // of signals that left
	met        time.Time // when a partner was found, while connecting
	reached    bool      // the step at which something goes wrong
	struck     time.Time
	deadAt     time.Time
	die        context.CancelFunc
	over       bool
	interrupts int
	recoveries int
}

// String names the life and its fault, for error messages.
func (l *life) String() string {
	if !l.faulty {
		return fmt.Sprintf("life %d", l.number)
	}
	return fmt.Sprintf("life %d (%v)", l.number, l.fault)
}

func (l *life) live(ctx context.Context) {
	ctx, l.die = context.WithCancel(ctx)
	defer l.die()
	defer l.end()
	ledger := l.population.ledger
	l.machine.line.WhenAsking(l.asking)
	began := time.Now()
	room, err := l.client.Find(ctx, WithProgress(l.progress), WithChanges(l.changed))
	if err != nil {
		ledger.missed(l, err, ctx.Err() != nil)
		return
	}
	ledger.opened(l, room, time.Since(began))
	l.reach(faultkit.Connected)
	l.chat(ctx, room)
}

// chat talks and listens until either side has had enough, or this one dies.
func (l *life) chat(ctx context.Context, room *Room) {
	ledger := l.population.ledger
	reason, stay := ByeNext, time.Duration(l.random.Int64N(int64(l.population.longest)))
	if l.random.IntN(4) == 0 {
		reason = ByeStopped
	}
	if l.faulty && l.fault.Step == faultkit.Connected {
		stay += l.fault.After + l.fault.Lasts
	}
	var working sync.WaitGroup
	talking, stop := context.WithTimeout(ctx, stay)
	working.Go(func() {
		l.talk(talking, room)
		<-talking.Done()
		if trouble := ledger.troubled(room); trouble > 0 && l.random.IntN(2) == 0 {
			_ = retry.Sleep(ctx, trouble) // to see it mended; others leave meanwhile
		}
		if ctx.Err() == nil && ledger.deserted(room) {
			l.mourn(ctx, room)
		}
		if ledger.leaves(l, room, reason) {
			_ = room.CloseWith(reason)
		}
	})
	heard := 0
	var ended *EndedError
	for message, err := range room.Messages() {
		if err == nil {
			heard++
			ledger.heard(l, room, message, heard)
		} else if !errors.As(err, &ended) {
			ledger.complain(l, "room ended with %v", err)
		}
	}
	ledger.ended(l, room, ended)
	stop()
	working.Wait()
	_ = room.Close()
	for _, err := range room.Messages() {
		if err != ended { //nolint:errorlint // the very same
			ledger.complain(l, "after the end came %v", err)
		}
	}
}

// mourn stays with somebody who is gone, to see whether the room ends.
func (l *life) mourn(ctx context.Context, room *Room) {
	gone, cancel := context.WithTimeout(ctx, longestInterruption)
	defer cancel()
	select {
	case <-room.freed:
	case <-gone.Done():
		if ctx.Err() == nil {
			l.population.ledger.complain(l, "is stuck with a ghost")
		}
	}
}

// talk says a few lines, each with its room, its sender and its number.
func (l *life) talk(ctx context.Context, room *Room) {
	for number := range 5 {
		text := strings.Join([]string{room.ID(), room.Self(), fmt.Sprint(number + 1)}, "|")
		if err := room.SendText(ctx, text); err != nil {
			var ended *EndedError
			if ctx.Err() == nil && !errors.As(err, &ended) && !endsSoon(room) {
				l.population.ledger.complain(l, "send in an open room: %v", err)
			}
			return
		}
		if retry.Sleep(ctx, l.population.longest/8) != nil {
			return
		}
	}
}

// endsSoon reports whether the room ends soon. A connection can fail a moment
// before its room ends.
func endsSoon(room *Room) bool {
	timer := time.NewTimer(slack)
	defer timer.Stop()
	select {
	case <-room.freed:
		return true
	case <-timer.C:
		return false
	}
}

func (l *life) progress(now Progress) {
	ledger := l.population.ledger
	switch now.Stage {
	case StageWaiting:
		l.reach(faultkit.Waiting)
	case StageConnecting:
		l.mu.Lock()
		if l.met.IsZero() {
			l.met = time.Now()
		}
		l.mu.Unlock()
		l.reach(faultkit.Matched)
	case StageStillLooking:
		l.mu.Lock()
		met := l.met
		l.met = time.Time{}
		l.mu.Unlock()
		ledger.requeued(l, time.Since(met))
	default:
	}
}

func (l *life) changed(change Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch change.State {
	case PeerInterrupted:
		l.interrupts++
	case PeerConnected:
		l.recoveries++
	default:
	}
}

func (l *life) asking(method string) {
	switch method {
	case "JoinRoom":
		l.reach(faultkit.Joining)
	case "SendSignals":
		l.mu.Lock()
		l.batches++
		first := l.batches == 1
		l.mu.Unlock()
		if first {
			l.reach(faultkit.Offering)
		} else {
			l.reach(faultkit.Candidates)
		}
	}
}

// reach starts the fault of a step, the first time the step is reached.
func (l *life) reach(step faultkit.Step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.faulty || l.fault.Step != step || l.reached {
		return
	}
	l.reached = true
	if l.fault.After == 0 {
		l.strikeLocked()
		return
	}
	l.timers = append(l.timers, time.AfterFunc(l.fault.After, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.strikeLocked()
	}))
}

func (l *life) strikeLocked() {
	if l.over {
		return
	}
	l.struck = time.Now()
	switch l.fault.Kind {
	case faultkit.Crash, faultkit.LoseBoth:
		l.machine.line.Cut()
		l.machine.cut()
	case faultkit.PowerCut:
		l.machine.line.Stall()
		l.machine.cut()
	case faultkit.LoseServer:
		l.machine.line.Cut()
	case faultkit.HangServer:
		l.machine.line.Stall()
	case faultkit.LosePath:
		l.machine.cut()
	}
	if l.fault.Kind.Deadly() {
		l.deadAt = l.struck
		l.die()
		return
	}
	l.timers = append(l.timers, time.AfterFunc(l.fault.Lasts, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.mendLocked()
	}))
}

func (l *life) mendLocked() {
	if l.deadAt.IsZero() {
		l.machine.line.Heal()
		l.machine.heal()
	}
}

// end ends the fault, because the next life has one of its own, and reports this
// life to the ledger.
func (l *life) end() {
	l.population.ledger.lived(l.finish())
}

// finish stops the life's timers, ends its fault, and returns how the life went.
func (l *life) finish() (stricken, died bool, interrupts, recoveries int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	for _, timer := range l.timers {
		timer.Stop()
	}
	l.mendLocked()
	return !l.struck.IsZero(), !l.deadAt.IsZero(), l.interrupts, l.recoveries
}

// died returns when the machine died; zero: it lives.
func (l *life) died() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.deadAt
}

// stricken reports whether the fault has begun.
func (l *life) stricken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.struck.IsZero()
}
