package room

import (
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// describe notes when a member first described its connection to a peer.
func (c *Change) describe(slot, peer int, signals []signaling.Signal) {
	m := &c.Room.Members[slot]
	if len(m.DescribedAt) <= peer || m.DescribedAt[peer] != 0 {
		return
	}
	if slices.ContainsFunc(signals, func(s signaling.Signal) bool {
		description, is := s.Payload.(signaling.Description)
		return is && description.Type != signaling.Rollback
	}) {
		m.DescribedAt[peer] = c.at
	}
}

// innocent reports whether the room that just closed gives the member its
// place in the queue back.
func (r *Room) innocent(slot int) bool {
	m := &r.Members[slot]
	if m.State == signaling.Left || r.atFault(slot) ||
		r.ClosedAt.Sub(r.MatchedAt) > signaling.RequeueWithin { // as is any reborn room
		return false
	}
	switch r.Reason {
	case signaling.ClosedPeerMissing:
		return m.State != signaling.Expected
	case signaling.ClosedPeerLost:
		return m.State != signaling.Lost
	case signaling.ClosedConnectFailed:
		return true
	case signaling.ClosedLeft:
		return !r.everConfirmed(slot)
	}
	return false
}

// atFault reports whether a pair of the member is not confirmed because of what
// the member did not do.
func (r *Room) atFault(slot int) bool {
	for peer := range r.Members {
		if peer != slot && !r.Confirmed(slot, peer) && (r.concealed(slot, peer) || r.undescribed(slot, peer)) {
			return true
		}
	}
	return false
}

// concealed reports whether a member did not tell that it is connected, although
// the other one did.
func (r *Room) concealed(slot, peer int) bool {
	m := &r.Members[slot]
	return r.Members[peer].Connected&(1<<slot) != 0 && (m.Connected|m.Failed)&(1<<peer) == 0
}

// undescribed reports whether a member took too long to offer, or to answer.
func (r *Room) undescribed(slot, peer int) bool {
	m, other := &r.Members[slot], &r.Members[peer]
	if m.JoinedAt == 0 || other.JoinedAt == 0 {
		return false
	}
	if len(m.DescribedAt) <= peer || len(other.DescribedAt) <= slot { // an older program made the room
		return false
	}
	since, until := max(m.JoinedAt, other.JoinedAt), r.ClosedAt
	if slot > peer {
		offered := other.DescribedAt[slot]
		if offered == 0 {
			return false
		}
		since = max(since, offered)
	}
	if other.State == signaling.Left {
		until = other.LeftAt
	}
	if sent := m.DescribedAt[peer]; sent != 0 {
		until = sent
	}
	return until.Sub(since) > signaling.DescribeWithin
}
