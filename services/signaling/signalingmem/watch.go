package signalingmem

import (
	"context"
	"io"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// maxRun bounds the signals of one event.
const maxRun = 32

// A watch holds no events: it compares what it has told with the state of the
// room, so that a slow reader costs nothing and skips states that are over.
type watch struct {
	engine   *Engine
	room     *room
	member   *member
	requeues int           // of the pass that opened it
	ready    chan struct{} // filled when there may be something to tell
	done     bool          // the last event was given out; used by Next alone

	// The following fields are guarded by engine.mu.
	welcome    *signaling.Welcome // not yet told
	last       signaling.Event    // ends the watch
	told       []signaling.State  // by slot
	confirmed  []bool             // by slot: told
	seenResync uint64
}

func newWatch(e *Engine, r *room, m *member, pass signaling.Pass, last ...signaling.Event) *watch {
	w := &watch{
		engine:    e,
		room:      r,
		member:    m,
		requeues:  pass.Requeues,
		ready:     make(chan struct{}, 1),
		told:      make([]signaling.State, len(r.members)),
		confirmed: make([]bool, len(r.members)),
	}
	for _, event := range last {
		w.end(event)
	}
	return w
}

func (w *watch) wake() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

func (w *watch) end(event signaling.Event) {
	w.last = event
	w.wake()
}

func (w *watch) welcomeLocked(from position, resumed bool) {
	w.seenResync = from.resync
	welcome := signaling.Welcome{Cursor: w.cursor(), Resumed: resumed}
	for _, peer := range w.room.members {
		if peer != w.member {
			w.told[peer.slot] = peer.state
			welcome.Peers = append(welcome.Peers, w.peer(peer))
		}
	}
	w.welcome = &welcome
}

func (w *watch) peer(peer *member) signaling.Peer {
	return signaling.Peer{Slot: peer.slot, State: peer.state, LastStored: peer.inbox.stored[w.member.slot]}
}

// Next implements signaling.Watch.
func (w *watch) Next(ctx context.Context) (signaling.Event, error) {
	for !w.done {
		if event := w.poll(); event != nil {
			w.done = event.Last()
			return event, nil
		}
		select {
		case <-w.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, io.EOF
}

func (w *watch) poll() signaling.Event {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	switch {
	case w.last != nil:
		return w.last
	case w.member.watch != w: // closed
		return nil
	case w.welcome != nil:
		welcome := *w.welcome
		w.welcome = nil
		return welcome
	}
	if event := w.pollPeersLocked(); event != nil {
		return event
	}
	return w.pollInboxLocked()
}

func (w *watch) pollPeersLocked() signaling.Event {
	for slot, peer := range w.room.members {
		if peer == w.member {
			continue
		}
		if told := w.told[slot]; told != peer.state {
			w.told[slot] = peer.state
			if told == signaling.Expected && peer.state != signaling.Left {
				return signaling.PeerJoined{Cursor: w.cursor(), Peer: w.peer(peer)}
			}
			return signaling.PeerState{Cursor: w.cursor(), Slot: slot, State: peer.state}
		}
		if w.member.resynced[slot] > w.seenResync {
			return w.resyncLocked()
		}
		if !w.confirmed[slot] && w.room.confirmed(w.member, peer) {
			w.confirmed[slot] = true
			return signaling.PairConfirmed{Cursor: w.cursor(), Slot: slot}
		}
	}
	return nil
}

// resyncLocked tells the earliest resync not told, so that the cursor covers
// all before it.
func (w *watch) resyncLocked() signaling.Event {
	next, from := ^uint64(0), 0
	for slot, number := range w.member.resynced {
		if number > w.seenResync && number < next {
			next, from = number, slot
		}
	}
	w.seenResync = next
	return signaling.PeerResynced{Cursor: w.cursor(), Slot: from}
}

// pollInboxLocked gives the next run of signals of one sender.
func (w *watch) pollInboxLocked() signaling.Event {
	var event signaling.SignalsReceived
	inbox := &w.member.inbox
	for _, e := range inbox.entries {
		if e.offset <= inbox.delivered {
			continue
		}
		if len(event.Signals) == 0 {
			event.From, event.FirstSeq = e.from, e.seq
		}
		if e.from != event.From || len(event.Signals) == maxRun {
			break
		}
		event.Signals = append(event.Signals, e.signal)
		inbox.delivered = e.offset
	}
	if len(event.Signals) == 0 {
		return nil
	}
	inbox.given = max(inbox.given, inbox.delivered)
	event.Cursor = w.cursor()
	return event
}

func (w *watch) cursor() string {
	return position{offset: w.member.inbox.delivered, resync: w.seenResync}.cursor(w.member.life)
}

// Close implements signaling.Watch.
func (w *watch) Close() {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	if w.member.watch == w {
		w.engine.breakLocked(w.room, w.member)
	}
}
