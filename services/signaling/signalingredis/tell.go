package signalingredis

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// tellLocked gives the next event that the watch knows of.
func (w *watch) tellLocked() (signaling.Event, error) {
	switch {
	case w.closed:
		return nil, nil
	case w.last != nil:
		return w.last, nil
	case w.lost:
		return nil, errLost
	case w.welcome != nil:
		welcome := *w.welcome
		w.welcome = nil
		return welcome, nil
	case w.run != nil: // at once, so that no cursor covers it before
		run := *w.run
		w.run = nil
		run.Cursor = w.cursorLocked()
		return run, nil
	}
	return w.tellPeersLocked(), nil
}

func (w *watch) tellPeersLocked() signaling.Event {
	for slot, peer := range w.view.peers {
		if slot == w.slot {
			continue
		}
		if told := w.told[slot]; told != peer.state {
			w.told[slot] = peer.state
			if told == signaling.Expected && peer.state != signaling.Left {
				return signaling.PeerJoined{Cursor: w.cursorLocked(), Peer: w.peerLocked(slot)}
			}
			return signaling.PeerState{Cursor: w.cursorLocked(), Slot: slot, State: peer.state}
		}
		if peer.resync > w.seenResync {
			return w.tellResyncLocked()
		}
		if !w.confirmed[slot] && peer.confirmed {
			w.confirmed[slot] = true
			return signaling.PairConfirmed{Cursor: w.cursorLocked(), Slot: slot}
		}
	}
	return nil
}

// tellResyncLocked tells the earliest resync not told, so that the cursor
// covers all before it.
func (w *watch) tellResyncLocked() signaling.Event {
	next, from := ^uint64(0), 0
	for slot, peer := range w.view.peers {
		if peer.resync > w.seenResync && peer.resync < next {
			next, from = peer.resync, slot
		}
	}
	w.seenResync = next
	return signaling.PeerResynced{Cursor: w.cursorLocked(), Slot: from}
}

func (w *watch) peerLocked(slot int) signaling.Peer {
	peer := w.view.peers[slot]
	return signaling.Peer{Slot: slot, State: peer.state, LastStored: peer.stored}
}

// cursorLocked is what lua/join.lua reads.
func (w *watch) cursorLocked() string {
	return fmt.Sprintf("%s.%d.%d.%d", w.life, w.slot, w.offset, w.seenResync)
}

// sightLocked is what the watch has told of its peers, as lua/view.lua puts
// it.
func (w *watch) sightLocked() string {
	var list []string
	for slot, state := range w.told {
		if slot != w.slot {
			confirmed := "0"
			if w.confirmed[slot] {
				confirmed = "1"
			}
			list = append(list, strconv.Itoa(int(state)), confirmed)
		}
	}
	return strings.Join(list, " ")
}
