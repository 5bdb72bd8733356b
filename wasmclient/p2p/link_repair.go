package p2p

import (
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
)

// repairTick is the pause between two steps of a repair.
const repairTick = 250 * time.Millisecond

// repair is the progress of repairing a link. It belongs to run.
type repair struct {
	since   time.Time     // the first sign of trouble
	last    time.Time     // of the last step
	spent   time.Duration // time in which the peer could have answered an offer
	asked   time.Time     // when this side asked for an offer; zero: not yet
	offered bool          // either side has offered a new path
	agreed  time.Time     // when the other side had answered; zero: not yet

	offeredAt time.Duration // what was spent when this side offered an ICE restart
	wanted    *time.Timer   // of the silence in which this side asks for another path; nil: it did not begin the repair
}

// again lets this side offer once more, because its last offer may be useless
// by now.
func (r *repair) again() { r.asked, r.offered = time.Time{}, false }

// interrupt marks an open link as interrupted and begins its repair.
func (l *link) interrupt() {
	l.mu.Lock()
	interrupted := l.state == linkOpen
	if interrupted {
		l.state, l.pings = linkInterrupted, false
		l.room.changes.setPeer(l.peer, PeerInterrupted, "")
	}
	l.mu.Unlock()
	if interrupted {
		l.current().step(TraceInterrupted, "")
		now := time.Now()
		l.repair = repair{since: now, last: now}
		l.room.signaling.updateReleaseTimer()
		l.room.signaling.reopen()
	}
}

// mend does the next step of a repair, and returns when the one after is due.
func (l *link) mend(now time.Time) (next time.Time) {
	clock := l.room.settings.clock
	live := l.room.signaling.liveSince()
	if l.hopeless(now, live) {
		l.gone(ReasonPeerGone)
		return now
	}
	if l.mended(now) {
		l.heard(l.current())
		return now.Add(clock.unheard)
	}
	if present := l.presence.state == signalingv1.Peer_STATE_PRESENT; present && !live.IsZero() && now.Sub(l.repair.since) > clock.restart {
		l.repair.spent += min(now.Sub(l.repair.last), clock.ping)
	}
	l.repair.last = now
	if !live.IsZero() && (l.repair.wanted != nil || now.Sub(l.repair.since) >= clock.restart) {
		l.renew(now)
	}
	next = now.Add(repairTick)
	if heardAt, _ := l.lastHeard(); now.Before(heardAt.Add(clock.giveUpUnseen)) && next.After(heardAt.Add(clock.giveUpUnseen)) {
		next = heardAt.Add(clock.giveUpUnseen)
	}
	return next
}

// hopeless reports whether this side should give the peer up. live is since
// when signaling is live, or zero.
func (l *link) hopeless(now, live time.Time) bool {
	clock := l.room.settings.clock
	heardAt, hidden := l.lastHeard()
	switch {
	case l.presence.state == signalingv1.Peer_STATE_LEFT:
		return true
	case now.Sub(l.repair.since) >= clock.interrupted:
		return true
	case hidden:
		return false
	case l.room.signaling.closedRoom(): // nobody can be asked for a new path
		return now.Sub(heardAt) >= clock.giveUpUnseen
	case live.IsZero():
		return false
	case l.presence.state == signalingv1.Peer_STATE_PRESENT:
		return l.repair.spent >= clock.repair
	default:
		return now.Sub(heardAt) >= clock.giveUpUnseen && now.Sub(live) >= clock.rejoin && now.Sub(l.presence.since) >= clock.rejoin
	}
}

// mended reports whether both sides have agreed on a new path, and it works. The
// peer need not say so by a message: the platform would notice by now if the peer
// did not consent.
func (l *link) mended(now time.Time) bool {
	return !l.repair.agreed.IsZero() && now.Sub(l.repair.agreed) >= l.room.settings.clock.answer &&
		l.newest() == l.current() && l.pathAnswers()
}

// renew negotiates a new path. The lower slot offers. The higher slot asks it
// to, and offers itself if no offer comes. If the peer cannot restart ICE, this
// side offers a new connection.
func (l *link) renew(now time.Time) {
	clock := l.room.settings.clock
	switch {
	case l.repair.offered:
		unanswered := l.newest().offering() && l.negotiation.Remote() != ""
		if unanswered && l.repair.spent-l.repair.offeredAt >= clock.startOver {
			_ = l.startOver()
		}
	case l.offerer, l.repair.wanted != nil, !l.repair.asked.IsZero() && now.Sub(l.repair.asked) >= clock.offerAnyway:
		_ = l.renewPath() // the next step tries again
	case l.repair.asked.IsZero():
		l.repair.asked = now
		l.askForOffer()
	}
}
