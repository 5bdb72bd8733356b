// Package signalingtest is the contract that every signaling.Engine must
// pass. An engine's own test is one call of Test.
package signalingtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// A Subject is a fresh engine under test, whose join timeout is
// signaling.JoinTimeout.
type Subject struct {
	Engine signaling.Engine
	// Restart returns the subject with an empty engine of the given limits, as
	// of a server that lost its store. The streams of the one before are
	// closed or not used any more.
	Restart func(signaling.Limits) Subject
	// Now tells the engine's clock.
	Now func() time.Time
	// Advance lets it run for d and returns when everything that was due has
	// been done.
	Advance func(d time.Duration)
	// Held counts what the engine holds, of whatever kind. Zero: nothing.
	Held func() int
}

// Seeds is how many random runs an engine in memory is held to. Others take
// longer for each.
const Seeds = 3000

// Run calls body with a fresh subject without limits and cleans up after it.
type Run func(t *testing.T, body func(t *testing.T, s Subject))

// Test holds an engine to the contract, with as many random runs as
// seeds, or with -short a quarter of them. With fewer than a few hundred, not all
// situations are met.
func Test(t *testing.T, seeds int, run Run) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"Join", joinCases},
		{"Wake", wakeCases},
		{"Append", appendCases},
		{"First", firstCases},
		{"Resume", resumeCases},
		{"Close", closeCases},
		{"Requeue", requeueCases},
		{"Reborn", rebornCases},
		{"Bounds", boundsCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.cases {
				t.Run(test.name, func(t *testing.T) { run(t, test.body) })
			}
		})
	}
	t.Run("Random", func(t *testing.T) { testRandom(t, seeds, run) })
}

type testCase struct {
	name string
	body func(t *testing.T, s Subject)
}

// passes returns the passes of all members of a new room, matched just now.
func (s Subject) passes(members int) []signaling.Pass {
	pass := signaling.Pass{RoomID: rand.Text(), MatchedAt: s.Now()}
	for slot := range members {
		pass.Members = append(pass.Members, signaling.Member{PeerID: fmt.Sprintf("%s-%d", pass.RoomID, slot)})
	}
	passes := make([]signaling.Pass, 0, members)
	for slot := range members {
		pass.Slot = slot
		passes = append(passes, pass)
	}
	return passes
}

func peerID(pass signaling.Pass, slot int) string { return pass.Members[slot].PeerID }

// stream is a watch and the last cursor it told.
type stream struct {
	signaling.Watch
	cursor string
}

func join(t *testing.T, s Subject, pass signaling.Pass, cursor string, attempt uint32) *stream {
	t.Helper()
	watch, err := s.Engine.Join(t.Context(), pass, signaling.Entry{Cursor: cursor, Attempt: attempt})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	t.Cleanup(watch.Close)
	return &stream{Watch: watch}
}

// enter joins and reads the Welcome.
func enter(t *testing.T, s Subject, pass signaling.Pass) *stream {
	t.Helper()
	in := join(t, s, pass, "", 0)
	next[signaling.Welcome](t, in)
	return in
}

// next returns the stream's next event, which must be of type E.
func next[E signaling.Event](t *testing.T, in *stream) E {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	event, err := in.Next(ctx)
	if err != nil {
		t.Fatalf("next event: %v, want %T", err, *new(E))
	}
	typed, ok := event.(E)
	if !ok {
		t.Fatalf("next event is %T %+v, want %T", event, event, *new(E))
	}
	in.note(event)
	if event.Last() {
		if event, err := in.Next(ctx); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last event: %v, %v, want io.EOF", event, err)
		}
	}
	return typed
}

// note keeps the cursor of an event.
func (in *stream) note(event signaling.Event) {
	switch event := event.(type) {
	case signaling.Welcome:
		in.cursor = event.Cursor
	case signaling.PeerJoined:
		in.cursor = event.Cursor
	case signaling.PeerState:
		in.cursor = event.Cursor
	case signaling.PeerResynced:
		in.cursor = event.Cursor
	case signaling.PairConfirmed:
		in.cursor = event.Cursor
	case signaling.SignalsReceived:
		in.cursor = event.Cursor
	}
}

// quiet fails if the stream has something to say.
func quiet(t *testing.T, in *stream) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if event, err := in.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("next event is %T %+v, %v, want none", event, event, err)
	}
}

// numbered returns signals that can be told apart.
func numbered(first, count int) []signaling.Signal {
	signals := make([]signaling.Signal, 0, count)
	for n := first; n < first+count; n++ {
		signals = append(signals, signaling.Signal{Epoch: uint32(n), Payload: signaling.Renegotiate{}}) //nolint:gosec // tests count to hundreds
	}
	return signals
}

func send(t *testing.T, s Subject, pass signaling.Pass, to int, firstSeq uint64, signals []signaling.Signal) uint64 {
	t.Helper()
	last, err := s.Engine.Append(t.Context(), pass, peerID(pass, to), firstSeq, signals)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return last
}

func report(t *testing.T, s Subject, pass signaling.Pass, peer int, connected bool) bool {
	t.Helper()
	confirmed, err := s.Engine.Report(t.Context(), pass, peerID(pass, peer), signaling.Outcome{Connected: connected})
	if err != nil {
		t.Fatalf("report: %v", err)
	}
	return confirmed
}

// confirm lets both members of a pair report that they are connected.
func confirm(t *testing.T, s Subject, passes []signaling.Pass, a, b int) {
	t.Helper()
	report(t, s, passes[a], b, true)
	if !report(t, s, passes[b], a, true) {
		t.Fatalf("slots %d and %d are not confirmed", a, b)
	}
}

func leave(t *testing.T, s Subject, pass signaling.Pass) {
	t.Helper()
	if err := s.Engine.Leave(t.Context(), pass); err != nil {
		t.Fatalf("leave: %v", err)
	}
}

// receive reads count signals of the slot and fails unless they are numbered
// from first on.
func receive(t *testing.T, in *stream, from, first, count int) {
	t.Helper()
	for want := first; want < first+count; {
		got := next[signaling.SignalsReceived](t, in)
		if got.From != from || got.FirstSeq != uint64(want) { //nolint:gosec // tests count to hundreds
			t.Fatalf("signals of slot %d from seq %d on, want of %d from %d on", got.From, got.FirstSeq, from, want)
		}
		for _, signal := range got.Signals {
			if int(signal.Epoch) != want {
				t.Fatalf("signal %d, want %d", signal.Epoch, want)
			}
			want++
		}
	}
}
