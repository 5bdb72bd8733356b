package room

import (
	"errors"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// maxRun bounds the signals of one event.
const maxRun = 32

var (
	// ErrLost means that the room does not know what the stream has told: the
	// store lost data. The member must join again.
	ErrLost = errors.New("the room was lost")
	// ErrMissing means that the engine must fetch the signal that comes next.
	ErrMissing = errors.New("signal is not here")
)

// A Reader is what one stream has told of its room. It holds no events but
// compares, so a slow reader costs nothing and skips states that are over. Its
// methods must not be called at once.
type Reader struct {
	slot     int
	stream   string
	life     string
	began    Instant
	requeues int

	welcome   *signaling.Welcome // not told yet
	told      []signaling.State  // by slot
	confirmed uint64             // a bit for each slot that was told
	position  Position
}

// NewReader returns the reader of the stream that the bearer of a pass has
// just opened.
func NewReader(r *Room, pass signaling.Pass) *Reader {
	m := &r.Members[pass.Slot]
	reader := &Reader{
		slot: pass.Slot, stream: m.Stream, life: r.Life, began: m.Began.Stamp, requeues: pass.Requeues,
		told: make([]signaling.State, len(r.Members)), position: m.Began.Position,
	}
	reader.welcome = &signaling.Welcome{Cursor: reader.cursor(), Resumed: m.Began.Resumed}
	for slot := range r.Members {
		if slot != pass.Slot {
			reader.told[slot] = r.Members[slot].State
			reader.welcome.Peers = append(reader.welcome.Peers, reader.peer(r, slot))
		}
	}
	return reader
}

// Offset returns the highest offset that was told.
func (w *Reader) Offset() uint64 { return w.position.Offset }

// Check returns ErrLost if the room is not the one that the stream has told of,
// or a later one. A nil room is lost.
func (w *Reader) Check(r *Room) error {
	if r == nil || r.Life != w.life || len(r.Members) != len(w.told) {
		return ErrLost
	}
	m := &r.Members[w.slot]
	switch {
	case m.Began.Stamp < w.began: // the stream itself is lost
		return ErrLost
	case m.Stream != w.stream, m.State == signaling.Left, r.Reason != 0: // it is over anyway
		return nil
	case !m.remembers(w.position) || !w.agrees(r):
		return ErrLost
	}
	return nil
}

// agrees reports whether what was told of the peers can be followed by their
// states.
func (w *Reader) agrees(r *Room) bool {
	for slot, told := range w.told {
		if slot == w.slot {
			continue
		}
		if told != signaling.Expected && r.Members[slot].State == signaling.Expected ||
			w.confirmed&(1<<slot) != 0 && !r.Confirmed(w.slot, slot) {
			return false
		}
	}
	return true
}

// Last returns what ends the stream. Nil: it goes on.
func (w *Reader) Last(r *Room) signaling.Event {
	switch {
	case w.Check(r) != nil:
		return nil
	case r.Members[w.slot].Stream != w.stream:
		return signaling.Detached{Reason: signaling.DetachedFenced}
	}
	return r.ending(w.slot, w.requeues)
}

// A Lookup returns the signal that the member was sent at an offset of its
// inbox, in a batch of that stamp, if the engine has it at hand.
type Lookup func(offset uint64, stamp Instant) (signaling.Signal, bool)

// Open reports whether the stream is the member's, in an open room.
func (w *Reader) Open(r *Room) bool {
	return r != nil && r.Life == w.life && r.Reason == 0 && r.Members[w.slot].Stream == w.stream &&
		r.Members[w.slot].State != signaling.Left
}

// Next returns what the stream tells next, or nil. It returns ErrMissing when
// the next signal is not at hand.
func (w *Reader) Next(r *Room, signal Lookup) (signaling.Event, error) {
	if err := w.Check(r); err != nil {
		return nil, err
	}
	if last := w.Last(r); last != nil {
		return last, nil
	}
	if w.welcome != nil {
		welcome := *w.welcome
		w.welcome = nil
		return welcome, nil
	}
	if event := w.nextOfPeers(r); event != nil {
		return event, nil
	}
	return w.nextSignals(&r.Members[w.slot].Inbox, signal)
}

func (w *Reader) nextOfPeers(r *Room) signaling.Event {
	for slot := range r.Members {
		if slot == w.slot {
			continue
		}
		state := r.Members[slot].State
		if told := w.told[slot]; told != state {
			w.told[slot] = state
			if told == signaling.Expected && state != signaling.Left {
				return signaling.PeerJoined{Cursor: w.cursor(), Peer: w.peer(r, slot)}
			}
			return signaling.PeerState{Cursor: w.cursor(), Slot: slot, State: state}
		}
		if r.Members[w.slot].Resynced[slot] > w.position.Resync {
			return w.nextResync(r)
		}
		if w.confirmed&(1<<slot) == 0 && r.Confirmed(w.slot, slot) {
			w.confirmed |= 1 << slot
			return signaling.PairConfirmed{Cursor: w.cursor(), Slot: slot}
		}
	}
	return nil
}

// nextResync tells the earliest resync that was not told, so that the cursor
// covers all before it.
func (w *Reader) nextResync(r *Room) signaling.Event {
	next, from := Instant(0), 0
	for slot, stamp := range r.Members[w.slot].Resynced {
		if stamp > w.position.Resync && (next == 0 || stamp < next) {
			next, from = stamp, slot
		}
	}
	w.position.Resync = next
	return signaling.PeerResynced{Cursor: w.cursor(), Slot: from}
}

// nextSignals tells the next signals of one sender, up to maxRun.
func (w *Reader) nextSignals(inbox *Inbox, signal Lookup) (signaling.Event, error) {
	event := signaling.SignalsReceived{From: -1}
	for _, b := range inbox.Batches {
		if b.last() <= w.position.Offset {
			continue
		}
		if event.From != -1 && b.From != event.From {
			break
		}
		for offset := max(b.Offset, w.position.Offset+1); offset <= b.last() && len(event.Signals) < maxRun; offset++ {
			found, here := signal(offset, b.Stamp)
			if !here && event.From == -1 {
				return nil, ErrMissing
			} else if !here {
				break
			}
			if event.From == -1 {
				event.From, event.FirstSeq = b.From, b.Seq+offset-b.Offset
			}
			event.Signals = append(event.Signals, found)
			w.position.Offset, w.position.Stamp = offset, b.Stamp
		}
		if w.position.Offset < b.last() {
			break
		}
	}
	if event.From == -1 {
		return nil, nil
	}
	event.Cursor = w.cursor()
	return event, nil
}

func (w *Reader) peer(r *Room, slot int) signaling.Peer {
	return signaling.Peer{Slot: slot, State: r.Members[slot].State, LastStored: r.Members[slot].Inbox.Stored[w.slot]}
}

func (w *Reader) cursor() string { return w.position.cursor(w.life, w.slot) }
