//go:build !js

package p2p

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

// The longest times that the rules allow, plus slack for a slow machine.
const (
	// A verdict on a match: 8 s to join, 20 s to connect, 2 s for the server to
	// say so.
	longestVerdict = 30*time.Second + slack
	// Silence of somebody who has no stream at the server either.
	longestSilence = 10*time.Second + slack
	// Silence while the server is down, or while it treats a dead machine as
	// present: 6 s until the interruption, and 60 s of it.
	longestInterruption = 66*time.Second + slack
	slack               = 10 * time.Second
)

// ledger records what happens to a population, and complains about what must not
// happen. Safe for concurrent use.
type ledger struct {
	goal    int
	reached func()        // called when goal pairings have met
	prompt  time.Duration // until a goodbye is heard
	hasty   bool          // time is real: a goodbye may be cut off when Close has waited long enough
	// progressed is called when a pair has met, and when a life has ended. It
	// is called with mu held.
	progressed func()

	mu         sync.Mutex // guards the following fields; taken before the mu of a life
	rooms      map[string]map[string]*attendance
	chatting   map[*Client]*attendance
	complaints []string
	tally      tally
}

// attendance is one member's time in an open room.
type attendance struct {
	life   *life
	self   string
	peer   string
	left   time.Time // zero: did not leave
	how    ByeReason
	ended  time.Time
	reason Reason
}

func newLedger(prompt time.Duration, hasty bool, progressed func()) *ledger {
	return &ledger{prompt: prompt, hasty: hasty, progressed: progressed, rooms: map[string]map[string]*attendance{}, chatting: map[*Client]*attendance{}}
}

func (l *ledger) complain(life *life, format string, arguments ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.complainLocked(life, format, arguments...)
}

func (l *ledger) complainLocked(life *life, format string, arguments ...any) {
	l.complaints = append(l.complaints, fmt.Sprintf("%v: %s", life, fmt.Sprintf(format, arguments...)))
}

// opened records a chat. It checks that nobody is in two chats, and that both
// members have each other as peer.
func (l *ledger) opened(life *life, room *Room, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := &attendance{life: life, self: room.Self(), peer: room.links[0].peer.ID}
	if l.chatting[life.client] != nil || len(room.links) != 1 {
		l.complainLocked(life, "is in two chats, or with %d others", len(room.links))
	}
	l.chatting[life.client] = mine
	members := l.rooms[room.ID()]
	if members == nil {
		members = map[string]*attendance{}
		l.rooms[room.ID()] = members
	}
	for _, other := range members {
		if other.peer != mine.self || mine.peer != other.self || other.life.client == life.client {
			l.complainLocked(life, "is in one room with %v, a stranger", other.life)
		}
	}
	members[mine.self] = mine
	l.tally.starts = append(l.tally.starts, took)
	if len(members) == 2 {
		l.progressed()
		if l.tally.pairings++; l.tally.pairings == l.goal {
			l.reached()
		}
	}
}

// heard checks that a message is the next of the peer, in this room.
func (l *ledger) heard(life *life, room *Room, message Message, number int) {
	want := strings.Join([]string{room.ID(), room.links[0].peer.ID, fmt.Sprint(number)}, "|")
	if message.Text() != want || message.From != room.links[0].peer.ID {
		l.complain(life, "heard %q from %s, want %q", message.Text(), message.From, want)
	}
}

// deserted reports whether the other member has died or left.
func (l *ledger) deserted(room *Room) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	other := l.rooms[room.ID()][room.links[0].peer.ID]
	return other != nil && (!other.left.IsZero() || !other.life.died().IsZero())
}

// troubled returns how long the fault of the other member in this chat lasts,
// with some time for repair. Zero: it has none.
func (l *ledger) troubled(room *Room) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	other := l.rooms[room.ID()][room.links[0].peer.ID]
	if other == nil || !other.life.faulty || other.life.fault.Step != faultkit.Connected || !other.ended.IsZero() {
		return 0
	}
	return other.life.fault.After + other.life.fault.Lasts + slack
}

// leaves records that a member is about to leave, unless its chat is over.
func (l *ledger) leaves(life *life, room *Room, how ByeReason) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := l.rooms[room.ID()][room.Self()]
	if !mine.ended.IsZero() {
		return false
	}
	mine.left, mine.how = time.Now(), how
	return true
}

func (l *ledger) ended(life *life, room *Room, end *EndedError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	members := l.rooms[room.ID()]
	mine := members[room.Self()]
	if l.chatting[life.client] != mine {
		l.complainLocked(life, "ended twice")
	}
	delete(l.chatting, life.client)
	mine.ended, mine.reason = time.Now(), end.Reason
	if other := members[mine.peer]; other != nil && !other.ended.IsZero() {
		l.judgeLocked(mine, other)
		l.judgeLocked(other, mine)
	}
}

// judgeLocked judges the end of a chat for the member that was left.
func (l *ledger) judgeLocked(mine, other *attendance) {
	if mine.reason == ReasonClosed {
		return
	}
	went := other.left
	died := other.life.died()
	if !died.IsZero() && (went.IsZero() || died.Before(went)) {
		went = died
	}
	healthy := !mine.life.stricken() && !other.life.stricken()
	if went.IsZero() || went.After(mine.ended) {
		l.tally.broken++
		if healthy {
			l.complainLocked(mine.life, "ended with %s though %v was there", mine.reason, other.life)
		}
		return
	}
	longest := longestInterruption
	switch {
	case healthy:
		longest = l.prompt
		switch {
		case mine.reason == byeReason(other.how.encode()):
		case mine.reason == ReasonPeerGone && l.hasty:
			l.tally.curt++
		default:
			l.complainLocked(mine.life, "ended with %s, want %s", mine.reason, byeReason(other.how.encode()))
		}
	case !mine.life.stricken() && other.life.fault.Kind == faultkit.Crash:
		longest = longestSilence
	}
	took := mine.ended.Sub(went)
	if !died.IsZero() {
		l.tally.ghosts = append(l.tally.ghosts, took)
	}
	if took > longest {
		l.complainLocked(mine.life, "was with the ghost of %v for %v, at most %v are allowed", other.life, took, longest)
	}
}

// missed records a search without a chat. asked says that the searcher gave up.
func (l *ledger) missed(life *life, err error, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ended *EndedError
	switch {
	case asked:
	case errors.As(err, &ended) && (ended.Reason == ReasonConnectFailed || ended.Reason == ReasonPeerMissing):
		l.tally.unlucky++
	default:
		l.complainLocked(life, "searched in vain: %v", err)
	}
}

// requeued records that a match failed, some time after it was made.
func (l *ledger) requeued(life *life, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.requeues++
	l.tally.verdicts = append(l.tally.verdicts, took)
	if took > longestVerdict && !life.stricken() {
		l.complainLocked(life, "waited %v for a partner who was gone", took)
	}
}

// lived records the end of a life.
func (l *ledger) lived(stricken, died bool, interrupts, recoveries int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.progressed()
	l.tally.lives++
	if stricken {
		l.tally.faults++
	}
	if died {
		l.tally.deaths++
	}
	l.tally.interrupts += interrupts
	l.tally.recoveries += recoveries
}
