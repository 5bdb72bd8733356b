package signalingtest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// A view is what one watch has told, and what it must still tell. States that
// are over may be skipped, so it is compared with the model when everything
// that was there has been read.
type view struct {
	room     *modelRoom
	member   *modelMember
	requeues int
	resumed  bool            // what Welcome must say
	last     signaling.Event // what the watch must end with, from now on; nil: it goes on

	welcomed, ended bool
	offset          int               // of the last signal told
	seen            []int             // resyncs told, by slot
	told            []signaling.State // by slot
	confirmed       []bool            // told, by slot
	storedBefore    []uint64          // by slot: stored for that peer when the watch began
}

// A bookmark is what a cursor stands for.
type bookmark struct {
	cursor string
	room   *modelRoom
	slot   int
	offset int
	seen   []int
}

func newView(room *modelRoom, member *modelMember, requeues int) *view {
	v := &view{
		room:      room,
		member:    member,
		requeues:  requeues,
		seen:      make([]int, len(room.members)),
		told:      make([]signaling.State, len(room.members)),
		confirmed: make([]bool, len(room.members)),
	}
	for _, peer := range room.members {
		v.storedBefore = append(v.storedBefore, peer.stored(member.slot))
	}
	return v
}

// observe takes up an event, which must be one the model allows now.
func (v *view) observe(event signaling.Event) error {
	switch {
	case v.last != nil:
		v.ended = true
		return sameEnd(event, v.last)
	case event.Last():
		return fmt.Errorf("ended by %s, want it to go on", show(event))
	}
	welcome, isWelcome := event.(signaling.Welcome)
	switch {
	case isWelcome == v.welcomed:
		return fmt.Errorf("told %s, welcomed before: %t", show(event), v.welcomed)
	case isWelcome:
		v.welcomed = true
		return v.observeWelcome(welcome)
	}
	switch event := event.(type) {
	case signaling.PeerJoined:
		if v.told[event.Peer.Slot] != signaling.Expected {
			return fmt.Errorf("slot %d joined, was %v", event.Peer.Slot, v.told[event.Peer.Slot])
		}
		return v.observePeer(event.Peer)
	case signaling.PeerState:
		was := v.told[event.Slot]
		if was == event.State || was == signaling.Expected && event.State != signaling.Left {
			return fmt.Errorf("slot %d told as %v, was %v", event.Slot, event.State, was)
		}
		v.told[event.Slot] = event.State
	case signaling.PeerResynced:
		if v.seen[event.Slot] == v.member.resyncs[event.Slot] {
			return fmt.Errorf("told a resync of slot %d, which had none since", event.Slot)
		}
		v.seen[event.Slot] = v.member.resyncs[event.Slot]
	case signaling.PairConfirmed:
		if v.confirmed[event.Slot] || !confirmed(v.member, v.room.members[event.Slot]) {
			return fmt.Errorf("told the pair with slot %d as confirmed, told before: %t", event.Slot, v.confirmed[event.Slot])
		}
		v.confirmed[event.Slot] = true
	case signaling.SignalsReceived:
		return v.observeSignals(event)
	}
	return nil
}

func (v *view) observeWelcome(welcome signaling.Welcome) error {
	if welcome.Resumed != v.resumed {
		return fmt.Errorf("welcomed with resumed %t, want %t", welcome.Resumed, v.resumed)
	}
	var slots, want []int
	for _, peer := range v.room.members {
		if peer != v.member {
			want = append(want, peer.slot)
		}
	}
	for _, peer := range welcome.Peers {
		slots = append(slots, peer.Slot)
	}
	if !slices.Equal(slots, want) {
		return fmt.Errorf("welcomed with peers %v, want %v", slots, want)
	}
	for _, peer := range welcome.Peers {
		if err := v.observePeer(peer); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) observePeer(peer signaling.Peer) error {
	v.told[peer.Slot] = peer.State
	least, most := v.storedBefore[peer.Slot], v.room.members[peer.Slot].stored(v.member.slot)
	if peer.LastStored < least || peer.LastStored > most {
		return fmt.Errorf("last stored for slot %d: %d, want %d to %d", peer.Slot, peer.LastStored, least, most)
	}
	return nil
}

func (v *view) observeSignals(event signaling.SignalsReceived) error {
	for i, signal := range event.Signals {
		e, offset := v.next()
		switch {
		case offset == 0:
			return fmt.Errorf("%s, but nothing is stored", show(event))
		case event.From != e.from || event.FirstSeq+uint64(i) != e.seq || signal != e.signal:
			return fmt.Errorf("%s, want seq %d of slot %d (%s) as number %d of it", show(event), e.seq, e.from, e.signal.ConnectionID, i+1)
		}
		v.offset, v.member.given = offset, offset
	}
	if len(event.Signals) == 0 {
		return errors.New("no signals received")
	}
	return nil
}

// next returns the signal to come and its offset; zero: none.
func (v *view) next() (modelEntry, int) {
	for i := v.offset; i < len(v.member.inbox); i++ {
		if !v.member.inbox[i].dropped {
			return v.member.inbox[i], i + 1
		}
	}
	return modelEntry{}, 0
}

// complete tells what a watch that has nothing more to tell has left out.
func (v *view) complete() error {
	switch {
	case v.last != nil && !v.ended:
		return fmt.Errorf("goes on, want %s", show(v.last))
	case v.last != nil:
		return nil
	case !v.welcomed:
		return errors.New("no welcome")
	}
	if e, offset := v.next(); offset != 0 {
		return fmt.Errorf("seq %d of slot %d does not come", e.seq, e.from)
	}
	for _, peer := range v.room.members {
		if peer == v.member {
			continue
		}
		switch got := v.told[peer.slot]; {
		case got != peer.state:
			return fmt.Errorf("slot %d is %v to slot %d, want %v", peer.slot, got, v.member.slot, peer.state)
		case v.seen[peer.slot] != v.member.resyncs[peer.slot]:
			return fmt.Errorf("the resync of slot %d is not told to slot %d", peer.slot, v.member.slot)
		case !v.confirmed[peer.slot] && confirmed(v.member, peer):
			return fmt.Errorf("the pair of slots %d and %d is not told as confirmed", v.member.slot, peer.slot)
		}
	}
	return nil
}

func sameEnd(got, want signaling.Event) error {
	same := got == want
	if want, ok := want.(signaling.RoomClosed); ok {
		got, ok := got.(signaling.RoomClosed)
		same = ok && got.Reason == want.Reason && got.Requeue == want.Requeue && got.At.Sub(want.At).Abs() <= time.Millisecond
	}
	if !same {
		return fmt.Errorf("ended by %s, want %s", show(got), show(want))
	}
	return nil
}

func show(event signaling.Event) string {
	if signals, ok := event.(signaling.SignalsReceived); ok {
		return fmt.Sprintf("%d signals of slot %d from seq %d on (%s)",
			len(signals.Signals), signals.From, signals.FirstSeq, signals.Signals[0].ConnectionID)
	}
	return fmt.Sprintf("%T%+v", event, event)
}
