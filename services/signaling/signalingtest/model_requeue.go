package signalingtest

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

func (r *modelRoom) innocent(m *modelMember) bool {
	if r.reborn || r.closedAt.Sub(r.pass.MatchedAt) > signaling.RequeueWithin || m.state == signaling.Left || r.atFault(m) {
		return false
	}
	return r.closed == signaling.ClosedPeerMissing && m.state != signaling.Expected ||
		r.closed == signaling.ClosedPeerLost && m.state != signaling.Lost ||
		r.closed == signaling.ClosedConnectFailed ||
		r.closed == signaling.ClosedLeft && !r.everConfirmed(m)
}

// atFault tells whether a pair was not confirmed because of what the member did
// not do: tell that it is connected, when the other one did, or describe its
// connection in time.
func (r *modelRoom) atFault(m *modelMember) bool {
	for _, peer := range r.members {
		until := r.closedAt
		if peer.state == signaling.Left {
			until = peer.leftAt
		}
		switch {
		case peer == m || confirmed(m, peer):
		case peer.reported[m.slot] && !m.reported[peer.slot] && !m.failed[peer.slot]:
			return true
		case m.joinedAt.IsZero() || peer.joinedAt.IsZero():
		case m.slot > peer.slot && r.described(m, peer.slot).IsZero(): // nothing to answer
		default:
			since := later(m.joinedAt, peer.joinedAt)
			if m.slot > peer.slot {
				since = later(since, r.described(m, peer.slot))
			}
			if sent := r.described(peer, m.slot); !sent.IsZero() {
				until = sent
			}
			if until.Sub(since) > signaling.DescribeWithin {
				return true
			}
		}
	}
	return false
}

func (r *modelRoom) everConfirmed(m *modelMember) bool {
	for _, peer := range r.members {
		if peer != m && confirmed(m, peer) {
			return true
		}
	}
	return false
}

func confirmed(a, b *modelMember) bool { return a.reported[b.slot] && b.reported[a.slot] }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// described returns when a sender first described its connection to the
// member; zero: never. If both of a pair were introduced, the lower slot did when
// they were matched.
func (r *modelRoom) described(m *modelMember, from int) time.Time {
	if from == 0 && len(r.members) == 2 && r.pass.Introduced&3 == 3 {
		return r.pass.MatchedAt
	}
	for _, e := range m.inbox {
		if description, ok := e.signal.Payload.(signaling.Description); ok && e.from == from && description.Type != signaling.Rollback {
			return e.at
		}
	}
	return time.Time{}
}
