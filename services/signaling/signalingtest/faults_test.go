package signalingtest_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/plantfault"
	_ "github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem" // its changes make a cached result stale
)

const (
	engine   = "../signalingmem/engine.go"
	holdings = "../signalingmem/holdings.go"
	watch    = "../signalingmem/watch.go"

	room     = "../room/room.go"
	calls    = "../room/calls.go"
	stream   = "../room/stream.go"
	closing  = "../room/close.go"
	requeue  = "../room/requeue.go"
	inbox    = "../room/inbox.go"
	pace     = "../room/pace.go"
	position = "../room/position.go"
	reader   = "../room/reader.go"
)

// TestFaults proves that rules, or an engine, that break a promise fail the
// contract.
func TestFaults(t *testing.T) {
	t.Parallel()
	plantfault.Run(t, "../signalingmem", "^TestContract$", []plantfault.Fault{
		{Name: "delivers twice", File: reader, Old: "offset := max(b.Offset, w.position.Offset+1)", New: "offset := b.Offset"},
		{Name: "lets a reader sleep", File: engine, Old: "			w.wake()\n", New: "			_ = w\n"},
		{Name: "stores an overlap twice", File: calls, Old: "fresh := signals[stored+1-firstSeq:]", New: "fresh := signals"},
		{
			Name: "stores over a gap", File: calls,
			Old: "	if firstSeq > stored+1 || ",
			New: "	if firstSeq > stored+1 {\n		stored = firstSeq - 1\n		peer.Inbox.Stored[pass.Slot] = stored\n	}\n	if ",
		},
		{Name: "leaves a silent gap where it trimmed", File: position, Old: "p.Offset >= m.Inbox.Trimmed && m", New: "m"},
		{Name: "trims what was not delivered", File: inbox, Old: "inbox.Delivered)\n	}", New: "inbox.Top)\n	}"},
		{Name: "loses the inbox with the stream", File: stream, Old: "	c.set(slot, signaling.Away)", New: "	c.clear(slot)\n	c.set(slot, signaling.Away)"},
		{Name: "keeps a resync to itself", File: stream, Old: "	if lossy {", New: "	if lossy && false {"},
		{Name: "forgets a resync that was told", File: reader, Old: "position: m.Began.Position,", New: "position: Position{Offset: m.Began.Position.Offset, Stamp: m.Began.Position.Stamp, Resync: r.Stamp},"},
		{Name: "honours a cursor of another life", File: position, Old: "p.cursor(life, slot) == cursor", New: "cursor != \"\""},
		{Name: "drops first signals", File: stream, Old: "			_, _ = c.Append(pass, to, batch.FirstSeq, batch.Signals)", New: "			_ = to"},
		{Name: "refuses a join whose first signals do not fit", File: stream, Old: "			_, _ = c.Append(pass, to, batch.FirstSeq, batch.Signals)", New: "			if _, err := c.Append(pass, to, batch.FirstSeq, batch.Signals); err != nil {\n				return nil, err\n			}"},
		{Name: "confirms without a proof", File: calls, Old: "if outcome.Vouched {", New: "if outcome.Connected {"},
		{Name: "wants a report of each in spite of a proof", File: calls, Old: "if outcome.Vouched {", New: "if false {"},
		{Name: "takes one introduction for an offer", File: calls, Old: "pass.Introduced&introduced == introduced", New: "pass.Introduced&introduced != 0"},
		{Name: "takes no introduction for an offer", File: calls, Old: "pass.Introduced&introduced == introduced", New: "introduced == 0"},

		{Name: "believes a pass of another room", File: calls, Old: "c.Room != nil && !c.Room.agrees(pass)", New: "c.Room != nil && pass.Slot >= len(c.Room.Members)"},
		{
			Name: "gives a stranger's signals to a member", File: calls,
			Old: "	if slot < 0 || slot == pass.Slot ||",
			New: "	if slot < 0 {\n		slot = (pass.Slot + 1) % len(pass.Members)\n	}\n	if slot == pass.Slot ||",
		},
		{Name: "tells the older stream of no newer one", File: reader, Old: "	case r.Members[w.slot].Stream != w.stream:\n		return", New: "	case false:\n		return"},
		{Name: "lets a stale attempt take over", File: stream, Old: "case o.Attempt < m.Attempt:", New: "case false:"},
		{Name: "lets who left come back", File: stream, Old: "		return nil, signaling.ErrMemberLeft", New: "		m.State = signaling.Away"},

		{Name: "gives two verdicts", File: closing, Old: "	r.VerdictAt, r.IdleAt, r.ExpiresAt = 0, 0, 0", New: "	r.IdleAt, r.ExpiresAt = 0, 0"},
		{
			Name: "starts the clock of joining with any call", File: calls,
			Old: "	if c.Room.Reason == 0 {\n",
			New: "	if c.Room.Reason == 0 {\n		if c.Room.Phase == Unused && !c.Room.Reborn {\n			c.Room.Phase, c.Room.VerdictAt = Joining, c.at.Add(signaling.JoinTimeout)\n		}\n",
		},
		{Name: "never misses anybody", File: stream, Old: "r.Phase == Unused && !r.Reborn", New: "false"},
		{Name: "misses somebody in a reborn room", File: stream, Old: "r.Phase == Unused && !r.Reborn", New: "r.Phase == Unused"},
		{Name: "waits for connections for ever", File: closing, Old: "	case !c.Room.allSettled():", New: "	case false:"},
		{Name: "confirms what one side reports", File: room, Old: "Connected&(1<<b) != 0 && r", New: "Connected&(1<<b) != 0 || r"},
		{Name: "never loses anybody", File: stream, Old: "c.at.Add(c.Room.grace(slot))", New: "c.at.Add(100*c.Room.grace(slot))"},
		{Name: "loses who was connected as soon as others", File: stream, Old: "r.Reborn || r.everConfirmed(slot)", New: "r.Reborn"},
		{Name: "loses somebody of a reborn room as soon as others", File: stream, Old: "r.Reborn || r.everConfirmed(slot)", New: "r.everConfirmed(slot)"},
		{Name: "waits longer for somebody who was not connected", File: stream, Old: "	return signaling.ConnectingGrace\n", New: "	return signaling.AwayGrace\n"},
		{Name: "loses who is connected", File: closing, Old: "signaling.Lost) && r.settled(slot)", New: "signaling.Lost) && false"},
		{Name: "never takes anybody for idle", File: room, Old: "	return lone\n", New: "	return 0\n"},
		{Name: "never expires", File: calls, Old: "		r.ExpiresAt = expires\n", New: "		_ = expires\n"},
		{Name: "forgets no room", File: closing, Old: "c.at.Add(signaling.Retention)", New: "c.at.Add(100 * signaling.Retention)"},

		{Name: "gives the place back to who left", File: requeue, Old: "m.State == signaling.Left ||", New: ""},
		{Name: "gives the place back to who was missing", File: requeue, Old: "return m.State != signaling.Expected", New: "return true"},
		{Name: "gives the place back to who was lost", File: requeue, Old: "return m.State != signaling.Lost", New: "return true"},
		{Name: "gives the place back to who was connected", File: requeue, Old: "return !r.everConfirmed(slot)", New: "return true"},
		{Name: "gives the place back at any time", File: requeue, Old: "r.ClosedAt.Sub(r.MatchedAt) > signaling.RequeueWithin", New: "false"},
		{Name: "gives the place back to who conceals a connection", File: requeue, Old: "(r.concealed(slot, peer) || ", New: "("},
		{Name: "takes a failure for concealed", File: requeue, Old: "(m.Connected|m.Failed)", New: "m.Connected"},
		{Name: "gives the place back to who does not describe", File: requeue, Old: " || r.undescribed(slot, peer))", New: ")"},
		{Name: "gives the place back to who describes late", File: requeue, Old: "		until = sent\n", New: "		return false\n"},
		{Name: "expects an offer before both joined", File: requeue, Old: "max(m.JoinedAt, other.JoinedAt)", New: "m.JoinedAt"},
		{Name: "expects an answer without an offer", File: requeue, Old: "		if offered == 0 {\n			return false\n		}\n", New: ""},
		{Name: "expects an answer before the offer", File: requeue, Old: "since = max(since, offered)", New: "_ = offered"},
		{Name: "expects something for who left", File: requeue, Old: "until = other.LeftAt", New: "_ = other"},
		{Name: "takes a rollback for a description", File: requeue, Old: "is && description.Type != signaling.Rollback", New: "is && description.Type != 0"},
		{Name: "forgets that an offer came", File: requeue, Old: " || m.DescribedAt[peer] != 0", New: ""},
		{Name: "gives the place back without end", File: closing, Old: ".Innocent && requeues < signaling.MaxRequeues", New: ".Innocent"},

		{Name: "takes signals as fast as they come", File: pace, Old: "len(paid) > peer && paid", New: "false && paid"},
		{Name: "never lets a debt age", File: pace, Old: "max(paid[peer], c.at)", New: "max(paid[peer], c.Room.MatchedAt)"},
		{Name: "takes descriptions for candidates", File: pace, Old: "time.Duration(signal.Cost())", New: "time.Duration(max(1, signal.Cost()-signaling.DescriptionCost))"},
		{Name: "lets a sender wait for all its peers", File: pace, Old: "	paid[peer] = max", New: "	for other := range paid {\n		paid[other] = max(paid[other], c.at.Add(signaling.MaxBurst*signaling.SignalEvery))\n	}\n	paid[peer] = max"},

		{Name: "counts what is gone", File: inbox, Old: "		c.hold(gone.Owner, Usage{Bytes: -gone.bytes()})\n", New: ""},
		{Name: "counts for the wrong owner", File: inbox, Old: "	c.hold(owner, Usage{Bytes: bytes})", New: "	c.hold(\"\", Usage{Bytes: bytes})"},
		{Name: "has no limit for owners", File: holdings, Old: "(owner == \"\" ||", New: "(true ||"},
		{Name: "forgets what the stream was given", File: watch, Old: "			c.Deliver(w.slot, w.stream, w.reader.Offset())\n", New: ""},
	})
}
