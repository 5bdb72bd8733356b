package signalingmem_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
)

// FuzzCursor shows a member's engine any cursor. LIFE in it stands for what
// the member's real cursors begin with, and STAMP for the stamp of what it was
// given last.
func FuzzCursor(f *testing.F) {
	for _, cursor := range []string{
		"", "LIFE", "LIFE.0.0.0", "LIFE.2.STAMP.0", "LIFE.3.STAMP.0", "LIFE.3.0.0", "LIFE.3.1.0", "LIFE.4.STAMP.0", "LIFE.5.STAMP.0",
		"LIFE.2.STAMP.1", "LIFE.02.STAMP.0", "LIFE.+2.STAMP.0", "LIFE.2.STAMP.0 ", "LIFE.18446744073709551615.STAMP.0",
		"LIFE.18446744073709551616.STAMP.0", "LIFE.2.STAMP.18446744073709551615", "LIFE.-1.STAMP.0", "A.0.2.0.0", "\x00", "LIFE....",
	} {
		f.Add(cursor)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		synctest.Test(t, func(t *testing.T) { checkCursor(t, cursor) }) // so that no timer stays
	})
}

// checkCursor fails if a stream from the cursor on lacks what the member was
// not given, or what it was given before the cursor was not honoured.
func checkCursor(t *testing.T, cursor string) {
	engine := signalingmem.New(signalingmem.Config{})
	passes := passes(2)
	first := join(t, engine, passes[0], "")
	life, isCursor := strings.CutSuffix(take[signaling.Welcome](t, first).Cursor, ".0.0.0")
	if !isCursor {
		t.Fatal("a stream does not begin at zero")
	}
	send(t, engine, passes[1], 1, 3)
	stamp, _ := strings.CutSuffix(strings.TrimPrefix(take[signaling.SignalsReceived](t, first).Cursor, life+".3."), ".0")
	send(t, engine, passes[1], 4, 2) // not given to the stream

	shown := strings.NewReplacer("LIFE", life, "STAMP", stamp).Replace(cursor)
	again := join(t, engine, passes[0], shown)
	welcome := take[signaling.Welcome](t, again)
	if welcome.Resumed && welcome.Cursor != shown {
		t.Errorf("resumed from %q at %q", shown, welcome.Cursor)
	}
	signals := take[signaling.SignalsReceived](t, again)
	if last := signals.FirstSeq + uint64(len(signals.Signals)) - 1; last != 5 || signals.FirstSeq > 4 {
		t.Errorf("%q skips to seq %d, ends at %d", shown, signals.FirstSeq, last)
	}
	if !welcome.Resumed && signals.FirstSeq != 1 {
		t.Errorf("%q is not honoured, and still the stream begins with seq %d", shown, signals.FirstSeq)
	}
}

func join(t *testing.T, engine *signalingmem.Engine, pass signaling.Pass, cursor string) signaling.Watch {
	t.Helper()
	watch, err := engine.Join(t.Context(), pass, signaling.Entry{Cursor: cursor})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	return watch
}

// send lets a member send to slot 0.
func send(t *testing.T, engine *signalingmem.Engine, pass signaling.Pass, first uint64, count int) {
	t.Helper()
	signals := make([]signaling.Signal, count)
	for i := range signals {
		signals[i].Payload = signaling.Renegotiate{}
	}
	if _, err := engine.Append(t.Context(), pass, "0", first, signals); err != nil {
		t.Fatalf("append: %v", err)
	}
}

// take returns the event that is there, which must be of type E.
func take[E signaling.Event](t *testing.T, watch signaling.Watch) E {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	event, err := watch.Next(ctx)
	typed, ok := event.(E)
	if !ok {
		t.Fatalf("next: %T%+v, %v, want %T", event, event, err, typed)
	}
	return typed
}
