//go:build !js

package terminal

import (
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Programs that read a pipe tell each other when it ends, so that neither leaves before it
// has everything of the other:
//
//	A: Data "open", texts, Data "end"             ──►
//	                         ◄── Data "open", texts, Receipt of the end of A
//	                         ◄── Data "end"
//	A: Receipt of the end of B, Bye               ──►
//
// The Data has the type inputType. Other peers ignore it; they confirm texts, or nothing.
const (
	inputType = "wasmp2pchat.terminal.input"
	inputOpen = "open"
	inputEnd  = "end"
)

// quiet is how long this side waits for a receipt of a peer that may not know any.
const quiet = 2 * time.Second

// delivery knows what has arrived at the peers, and whether something may still come from
// them. It belongs to session.run.
type delivery struct {
	peers   map[string]*arrival // by id
	last    string              // id of the last text
	ended   string              // id of the message that the input has ended; empty: not sent yet
	wait    time.Duration
	until   time.Time // the end of --wait, once the input has ended
	timers  []*time.Timer
	changed func()
}

// arrival is what is known of one peer.
type arrival struct {
	gone          bool
	pipe, ended   bool      // its input is a pipe, and has ended
	confirmed     []string  // ids of messages, the newest last; also of one whose id this side learns later
	lastConfirmed time.Time // or when the input has ended
}

func newDelivery(peers []p2p.Peer) delivery {
	d := delivery{peers: map[string]*arrival{}}
	for _, peer := range peers {
		d.peers[peer.ID] = &arrival{}
	}
	return d
}

// sent notes the id of a text.
func (d *delivery) sent(id string) { d.last = id }

// begin notes that the input has ended. changed is called, from another goroutine, when
// time alone may have changed what mayLeave returns.
func (d *delivery) begin(wait time.Duration, changed func()) {
	d.wait, d.until, d.changed = wait, time.Now().Add(wait), changed
	d.timers = append(d.timers, time.AfterFunc(wait, changed))
}

// end notes that the peers were told that the input has ended.
func (d *delivery) end(id string) {
	d.ended = id
	for _, peer := range d.peers {
		d.note(peer)
	}
}

func (d *delivery) stop() {
	for _, timer := range d.timers {
		timer.Stop()
	}
}

func (d *delivery) note(peer *arrival) {
	peer.lastConfirmed = time.Now()
	if d.ended != "" {
		d.timers = append(d.timers, time.AfterFunc(quiet, d.changed))
	}
}

// confirmed notes a receipt.
func (d *delivery) confirmed(peerID string, ids []string) {
	peer := d.peers[peerID]
	if peer == nil {
		return
	}
	peer.confirmed = append(peer.confirmed, ids...)
	peer.confirmed = slices.Clone(peer.confirmed[max(0, len(peer.confirmed)-mostOwed):])
	if d.ended == "" || len(d.timers) < 100 { // a hostile peer could confirm without end
		d.note(peer)
	}
}

// input notes what a peer says about its input. It returns whether the input has ended now,
// which this side has to confirm.
func (d *delivery) input(peerID, state string) (ended bool) {
	peer := d.peers[peerID]
	if peer == nil {
		return false
	}
	ended = state == inputEnd && !peer.ended
	peer.pipe, peer.ended = true, peer.ended || ended
	return ended
}

// gone notes that a peer is gone.
func (d *delivery) gone(peerID string) {
	if peer := d.peers[peerID]; peer != nil {
		peer.gone = true
	}
}

// complete reports whether every peer has confirmed the last text, if there is one.
func (d *delivery) complete() bool {
	for _, peer := range d.peers {
		if d.last != "" && !peer.has(d.last) && !peer.has(d.ended) {
			return false
		}
	}
	return true
}

// unanswered reports whether a peer that confirms the end of the input has not.
func (d *delivery) unanswered() bool {
	for _, peer := range d.peers {
		if peer.pipe && !peer.gone && !peer.has(d.ended) {
			return true
		}
	}
	return false
}

// has reports whether a peer has confirmed a message.
func (a *arrival) has(id string) bool { return id != "" && slices.Contains(a.confirmed, id) }

// arrived reports whether a peer has everything, as far as this side can know.
func (d *delivery) arrived(peer *arrival, now time.Time) bool {
	return peer.has(d.ended) || !peer.pipe && (peer.has(d.last) || now.Sub(peer.lastConfirmed) >= quiet)
}

// mayLeave reports whether this side, whose input has ended, may leave: everything has
// arrived, and nothing more comes that it waits for. When all peers are gone, the end of
// the chat says what has arrived.
func (d *delivery) mayLeave(now time.Time) bool {
	if d.ended == "" {
		return false
	}
	waited := d.wait > 0 && !now.Before(d.until)
	here := 0
	for _, peer := range d.peers {
		if peer.gone {
			continue
		}
		here++
		switch {
		case waited:
		case !d.arrived(peer, now):
			return false
		case peer.pipe && !peer.ended:
			return false
		case d.wait > 0 && !peer.pipe:
			return false
		}
	}
	return here > 0
}
