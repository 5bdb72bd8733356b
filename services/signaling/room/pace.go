package room

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// tooFast reports whether a member must wait before it sends a peer more.
func (c *Change) tooFast(slot, peer int) bool {
	paid := c.Room.Members[slot].PaidAt
	return len(paid) > peer && paid[peer].Sub(c.at) >= signaling.MaxBurst*signaling.SignalEvery
}

// pay counts what a member sends a peer.
func (c *Change) pay(slot, peer int, signals []signaling.Signal) {
	paid := c.Room.Members[slot].PaidAt
	if len(paid) <= peer { // an older program made the room
		return
	}
	paid[peer] = max(paid[peer], c.at)
	for _, signal := range signals {
		paid[peer] = paid[peer].Add(time.Duration(signal.Cost()) * signaling.SignalEvery)
	}
}
