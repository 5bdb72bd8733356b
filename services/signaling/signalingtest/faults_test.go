package signalingtest_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/plantfault"
	_ "github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem" // its changes make a cached result stale
)

const (
	engine = "../signalingmem/engine.go"
	room   = "../signalingmem/room.go"
	clocks = "../signalingmem/clocks.go"
	member = "../signalingmem/member.go"
	inbox  = "../signalingmem/inbox.go"
	cursor = "../signalingmem/cursor.go"
	watch  = "../signalingmem/watch.go"
)

// TestFaults proves that an engine that breaks a promise fails the contract.
func TestFaults(t *testing.T) {
	t.Parallel()
	plantfault.Run(t, "../signalingmem", "^TestContract$", []plantfault.Fault{
		{Name: "delivers twice", File: watch, Old: "e.offset <= inbox.delivered", New: "e.offset < inbox.delivered"},
		{Name: "lets a reader sleep", File: engine, Old: "	r.wakeLocked()\n	return peer", New: "	_ = r\n	return peer"},
		{Name: "stores an overlap twice", File: engine, Old: "fresh := signals[stored+1-firstSeq:]", New: "fresh := signals"},
		{
			Name: "stores over a gap", File: engine,
			Old: "	if firstSeq > stored+1 || ",
			New: "	if firstSeq > stored+1 {\n		stored = firstSeq - 1\n		peer.inbox.stored[pass.Slot] = stored\n	}\n	if ",
		},
		{Name: "leaves a silent gap where it trimmed", File: member, Old: "from.offset < m.inbox.trimmed", New: "false"},
		{Name: "trims what was not delivered", File: inbox, Old: "e.from == from && e.offset <= i.delivered", New: "e.from == from"},
		{Name: "loses the inbox with the stream", File: room, Old: "	r.setStateLocked(m, signaling.Away)", New: "	m.inbox.clear()\n	r.setStateLocked(m, signaling.Away)"},
		{Name: "keeps a resync to itself", File: room, Old: "	if resync {", New: "	if resync && false {"},
		{Name: "forgets a resync that was told", File: watch, Old: "	w.seenResync = from.resync", New: "	w.seenResync = w.member.resyncs"},
		{Name: "honours a cursor of another life", File: cursor, Old: "p.cursor(life) == cursor", New: "cursor != \"\""},

		{Name: "believes a pass of another room", File: engine, Old: "known && !r.agrees(pass)", New: "known && pass.Slot >= len(r.members)"},
		{
			Name: "gives a stranger's signals to a member", File: engine,
			Old: "	if slot < 0 || slot == pass.Slot {",
			New: "	if slot < 0 {\n		slot = (pass.Slot + 1) % len(pass.Members)\n	}\n	if slot == pass.Slot {",
		},
		{Name: "tells the older stream of no newer one", File: room, Old: "m.watch.end(signaling.Detached{Reason: signaling.DetachedFenced})", New: "_ = m.watch"},
		{Name: "lets a stale attempt take over", File: engine, Old: "case attempt < m.attempt:", New: "case false:"},
		{Name: "lets who left come back", File: engine, Old: "		return nil, signaling.ErrMemberLeft", New: "		m.state = signaling.Away"},

		{Name: "gives two verdicts", File: clocks, Old: "	r.verdict.stopLocked()\n	r.idle.stopLocked()", New: "	r.idle.stopLocked()"},
		{
			Name: "starts the clock of joining with any call", File: engine,
			Old: "	if r.reason == 0 {\n		e.keepLocked(r)",
			New: "	if r.reason == 0 {\n		if r.phase == unused && !r.reborn {\n			r.phase = joining\n" +
				"			r.verdict = e.afterLocked(e.bounds.config.JoinTimeout, func() { e.closeLocked(r, signaling.ClosedPeerMissing) })\n		}\n		e.keepLocked(r)",
		},
		{Name: "never misses anybody", File: room, Old: "r.phase == unused && !r.reborn", New: "false"},
		{Name: "misses somebody in a reborn room", File: room, Old: "r.phase == unused && !r.reborn", New: "r.phase == unused"},
		{Name: "waits for connections for ever", File: clocks, Old: "			if !r.allSettled() {", New: "			if false {"},
		{Name: "confirms what one side reports", File: room, Old: "a.connected[b.slot] && b.connected[a.slot]", New: "a.connected[b.slot] || b.connected[a.slot]"},
		{Name: "never loses anybody", File: room, Old: "e.afterLocked(signaling.AwayGrace,", New: "e.afterLocked(100*signaling.AwayGrace,"},
		{Name: "loses who is connected", File: clocks, Old: "signaling.Lost) && r.settled(m)", New: "signaling.Lost) && false"},
		{Name: "never takes anybody for idle", File: clocks, Old: "	return lone\n", New: "	return nil\n"},
		{Name: "never expires", File: room, Old: "if pass.Expires.IsZero() {", New: "if true {"},
		{Name: "forgets no room", File: clocks, Old: "e.afterLocked(signaling.Retention,", New: "e.afterLocked(100*signaling.Retention,"},

		{Name: "gives the place back to who left", File: clocks, Old: "m.state == signaling.Left ||", New: ""},
		{Name: "gives the place back to who was missing", File: clocks, Old: "return m.state != signaling.Expected", New: "return true"},
		{Name: "gives the place back to who was lost", File: clocks, Old: "return m.state != signaling.Lost", New: "return true"},
		{Name: "gives the place back to who was connected", File: clocks, Old: "return !r.everConfirmed(m)", New: "return true"},
		{Name: "gives the place back from a reborn room", File: clocks, Old: "|| r.closedAt.Sub", New: "|| !r.reborn && r.closedAt.Sub"},
		{Name: "gives the place back at any time", File: clocks, Old: " || r.closedAt.Sub(r.matchedAt) > signaling.RequeueWithin", New: ""},
		{Name: "gives the place back without end", File: clocks, Old: "m.innocent && requeues < signaling.MaxRequeues", New: "m.innocent"},

		{Name: "counts what is gone", File: inbox, Old: "		i.bounds.add(e.owner, gone)\n", New: ""},
		{Name: "counts for the wrong owner", File: inbox, Old: "	i.bounds.add(owner, change)", New: "	i.bounds.add(\"\", change)"},
	})
}
