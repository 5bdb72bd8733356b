package signalingtest

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// refuses returns the error of storing the entries, which are of one sender.
func (m *model) refuses(peer *modelMember, fresh []modelEntry) error {
	number, here, own, all := 0, 0, 0, 0
	count := func(member *modelMember, e *modelEntry) {
		if e.dropped {
			return
		}
		size := e.signal.Size()
		all += size
		if e.owner == fresh[0].owner {
			own += size
		}
		if member == peer && e.from == fresh[0].from {
			here += size
			number++
		}
	}
	for i := range fresh {
		count(peer, &fresh[i])
	}
	for _, room := range m.rooms {
		for _, member := range room.members {
			for i := range member.inbox {
				count(member, &member.inbox[i])
			}
		}
	}
	switch {
	case number > signaling.MaxSignals || here > signaling.MaxBytes:
		return signaling.ErrInboxFull
	case exceeds(all, m.bounds.MaxBytes), fresh[0].owner != "" && exceeds(own, m.bounds.MaxBytesPerOwner):
		return signaling.ErrTooManySignals
	}
	return nil
}

// paid returns when all that a sender sent the member is paid for.
func (m *modelMember) paid(from int) time.Time {
	var paid time.Time
	for _, e := range m.inbox {
		if e.from == from {
			paid = later(paid, e.at).Add(time.Duration(e.signal.Cost()) * signaling.SignalEvery)
		}
	}
	return paid
}

func exceeds(n, most int) bool { return most != 0 && n > most }
