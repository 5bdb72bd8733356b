package signalingtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

func (w *world) join(p *party, o operation) error {
	c := p.clients[o.slot]
	c.attempt += [...]uint32{0, 1, 1, 1}[o.a%4]
	attempt := c.attempt
	if o.a%10 == 0 {
		attempt--
	}
	cursor, known := w.cursor(p, o)
	pass := w.pass(p, o)
	first := w.first(p, o)
	w.note("room %d: slot %d joins as attempt %d with cursor %q and %d batches", o.room, o.slot, attempt, cursor, len(first))
	view, want := w.model.join(pass, cursor, known, attempt, first)
	watch, err := w.s.Engine.Join(w.ctx, pass, signaling.Entry{Cursor: cursor, Attempt: attempt, First: first})
	if err != nil || want != nil {
		w.reach(err)
		return compareErrors(err, want)
	}
	in := &attached{stream{Watch: watch}, view}
	if view.last != nil { // never the current one
		c.watches = slices.Insert(c.watches, max(0, len(c.watches)-1), in)
	} else {
		c.watches = append(c.watches, in)
		w.reach(fmt.Sprintf("resumed: %t", view.resumed))
	}
	return nil
}

// first returns what the client sends with the join, mostly nothing.
func (w *world) first(p *party, o operation) []signaling.Batch {
	if o.a%3 != 0 {
		return nil
	}
	peerID := w.peer(p, o)
	from, signals := w.batch(p, o, peerID)
	w.reached["first signals"]++
	return []signaling.Batch{{PeerID: peerID, FirstSeq: from, Signals: signals}}
}

// cursor returns what the client shows: its last cursor, an older one, none,
// one of somebody else, or what no engine ever issued.
func (w *world) cursor(p *party, o operation) (string, *bookmark) {
	from := p
	slot := o.slot
	back := 0
	switch o.b % 20 {
	case 0:
		return "", nil
	case 1:
		return "rubbish." + strings.Repeat("9", o.a%30) + ".0", nil
	case 2:
		slot = (slot + 1) % len(p.passes)
	case 3:
		if from = w.rooms[(o.room+1)%roomsAtOnce]; from == nil {
			return "", nil
		}
		slot %= len(from.passes)
	case 4, 5:
		back = o.a % 8
	}
	known := from.clients[slot].bookmarks
	if len(known) == 0 {
		return "", nil
	}
	chosen := known[max(0, len(known)-1-back)]
	return chosen.cursor, &chosen
}

func (w *world) append(p *party, o operation) error {
	pass, peerID := w.pass(p, o), w.peer(p, o)
	first, signals := w.batch(p, o, peerID)
	w.note("room %d: slot %d sends %s seq %d to %d (%d bytes)", o.room, o.slot, p.name(peerID),
		first, first+uint64(len(signals))-1, len(signals)*signals[0].Size())
	want, wantErr := w.model.append(pass, peerID, first, signals)
	got, err := w.s.Engine.Append(w.ctx, pass, peerID, first, signals)
	if got != want {
		return fmt.Errorf("stored up to %d, want %d", got, want)
	}
	w.reach(err)
	return compareErrors(err, wantErr)
}

// batch returns signals for a peer, which follow those stored, overlap with them
// or leave a gap.
func (w *world) batch(p *party, o operation, peerID string) (first uint64, signals []signaling.Signal) {
	from, count := max(1, int(w.stored(p, o.slot, peerID))+2-o.a%4), 1+o.b%6 //nolint:gosec // counts to hundreds
	if o.kind == opFill {
		count = 100
	}
	signals = numbered(from, count)
	for i := range signals {
		signals[i].ConnectionID = fmt.Sprintf("%d-%d-%d", o.at, o.room, o.slot) // tells it from the same seq elsewhere
		switch o.a % 9 {
		case 0:
			if o.kind == opAppend {
				signals[i].Payload = bigOffer
			}
		case 1, 2:
			signals[i].Payload = signaling.Description{Type: signaling.DescriptionType(1 + o.b%3)}
		}
	}
	return uint64(from), signals
}

var bigOffer = signaling.Description{Type: signaling.Offer, SDP: "v=0" + strings.Repeat("x", 12<<10)}

// stored returns the seq of the last signal stored, by the model.
func (w *world) stored(p *party, slot int, peerID string) uint64 {
	room := w.model.rooms[p.passes[0].RoomID]
	if to := slices.IndexFunc(p.passes[0].Members, func(m signaling.Member) bool { return m.PeerID == peerID }); room != nil && to >= 0 {
		return room.members[to].stored(slot)
	}
	return 0
}

func (w *world) leave(p *party, o operation) error {
	pass := w.pass(p, o)
	w.note("room %d: slot %d leaves", o.room, o.slot)
	want := w.model.leave(pass)
	return compareErrors(w.s.Engine.Leave(w.ctx, pass), want)
}

func (w *world) report(p *party, o operation) error {
	pass, peerID := w.pass(p, o), w.peer(p, o)
	outcome := signaling.Outcome{Connected: o.a%50 != 0, Vouched: o.b%4 == 0}
	w.note("room %d: slot %d reports on %s: %+v", o.room, o.slot, p.name(peerID), outcome)
	want, wantErr := w.model.report(pass, peerID, outcome)
	got, err := w.s.Engine.Report(w.ctx, pass, peerID, outcome)
	if got != want {
		return fmt.Errorf("confirmed %t, want %t", got, want)
	}
	w.reach(err)
	return compareErrors(err, wantErr)
}

// pass returns the caller's pass, now and then one that contradicts the room.
func (w *world) pass(p *party, o operation) signaling.Pass {
	pass := p.passes[o.slot]
	if o.b%40 != 0 || w.model.rooms[pass.RoomID] == nil {
		return pass
	}
	w.note("with a pass that contradicts the room:")
	w.reached["a pass that contradicts its room"]++
	pass.Members = slices.Clone(pass.Members)
	switch o.a % 3 {
	case 0:
		pass.Members[(o.slot+1)%len(pass.Members)].PeerID = "another"
	case 1:
		pass.Members = append(pass.Members, signaling.Member{PeerID: "one more"})
		pass.Slot = len(pass.Members) - 1
	default:
		pass.Members = pass.Members[:len(pass.Members)-1]
	}
	return pass
}

// peer returns the id of another member, now and then that of the caller, of
// a member of the other room or of nobody.
func (w *world) peer(p *party, o operation) string {
	members, others := p.passes[0].Members, w.rooms[(o.room+1)%roomsAtOnce]
	switch {
	case o.peer > 0:
		return members[(o.slot+1+o.peer%(len(members)-1))%len(members)].PeerID
	case o.a%3 == 0:
		return members[o.slot].PeerID
	case o.a%3 == 1 && others != nil:
		return others.passes[0].Members[0].PeerID
	}
	return "nobody"
}

// name shows the id of a peer.
func (p *party) name(peerID string) string {
	if slot, ours := strings.CutPrefix(peerID, p.passes[0].RoomID+"-"); ours {
		return "slot " + slot
	}
	return peerID
}

func compareErrors(got, want error) error {
	if errors.Is(got, want) {
		return nil
	}
	return fmt.Errorf("error %s, want %s", fmt.Sprint(got), fmt.Sprint(want))
}
