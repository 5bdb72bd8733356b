package p2p

import (
	"math/rand/v2"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
)

// heart is the one timer of a link that is up. It belongs to run.
type heart struct {
	timer  *time.Timer
	due    time.Time // the next beat
	pingAt time.Time
	hidden bool // the peer was told so
}

func (h *heart) stop() {
	if h.timer != nil {
		h.timer.Stop()
	}
}

// heard takes a sign of life: an open channel, any message, a path that is
// back. It does not block and may be called from any goroutine. Messages call
// it before they are read: what a peer says before it hurries away must find
// the link open.
func (l *link) heard(connection *connection) {
	now := time.Now()
	l.mu.Lock()
	if connection != l.connection || l.state == linkGone {
		l.mu.Unlock()
		return
	}
	was := l.state
	l.state, l.heardAt = linkOpen, now
	if was != linkOpen {
		l.room.changes.setPeer(l.peer, PeerConnected, "")
	}
	l.mu.Unlock()
	switch was {
	case linkConnecting:
		l.inbox.post(func() {
			l.elapsed = now.Sub(l.welcomed)
			l.reportOpen()
			l.beat()
		})
		l.room.settleIfComplete()
	case linkInterrupted:
		l.inbox.post(func() {
			l.room.signaling.restored(l)
			l.beat()
		})
	default:
	}
}

// lastHeard returns when the peer was heard last, and whether its page is
// hidden.
func (l *link) lastHeard() (at time.Time, hidden bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heardAt, l.peerHidden
}

// The following run on the link's own goroutine.

// beat does what is due for a link that is up, and sets the timer for what is
// due next.
func (l *link) beat() {
	now := time.Now()
	l.forgive(now)
	l.tellPresence()
	next := now
	switch l.currentState() {
	case linkOpen:
		next = l.listen(now)
	case linkInterrupted:
		next = l.mend(now)
	default:
	}
	if !l.currentState().up() {
		return
	}
	l.ping(now)
	if l.heart.pingAt.Before(next) {
		next = l.heart.pingAt
	}
	l.heart.due = next
	if l.heart.timer == nil {
		l.heart.timer = time.AfterFunc(next.Sub(now), func() { l.inbox.post(l.beat) })
		return
	}
	l.heart.timer.Reset(next.Sub(now))
}

// forgive does not count time in which this side did not run: a laptop slept,
// or a browser held its timers back.
func (l *link) forgive(now time.Time) {
	late := now.Sub(l.heart.due)
	if l.heart.due.IsZero() || late < l.room.settings.clock.asleep {
		return
	}
	l.mu.Lock()
	l.heardAt = l.heardAt.Add(late)
	if l.heardAt.After(now) {
		l.heardAt = now
	}
	l.mu.Unlock()
	l.repair.since = l.repair.since.Add(late)
	l.heart.pingAt = now
}

// listen looks for silence of an open link.
func (l *link) listen(now time.Time) (next time.Time) {
	heardAt, _ := l.lastHeard()
	silentAt := heardAt.Add(l.room.settings.clock.unheard)
	if now.Before(silentAt) {
		return silentAt
	}
	l.interrupt()
	return l.mend(now)
}

func (l *link) ping(now time.Time) {
	if now.Before(l.heart.pingAt) {
		return
	}
	every := l.room.settings.clock.ping
	l.heart.pingAt = now.Add(every*4/5 + rand.N(every*2/5)) //nolint:gosec // jitter is no secret
	l.tell(&chatv1.Envelope{Content: &chatv1.Envelope_Ping{Ping: &chatv1.Ping{Nonce: uint64(now.UnixMilli())}}})
}

func (l *link) tellPresence() {
	hidden := l.room.hidden.Load()
	if hidden != l.heart.hidden && l.currentState().up() &&
		l.tell(&chatv1.Envelope{Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: hidden}}}) {
		l.heart.hidden = hidden
	}
}

// check pings at once, because something happened to the network or to this
// page; the peer must answer soon. What was offered on another network is of no
// use any more.
func (l *link) check(networkChanged bool) {
	clock := l.room.settings.clock
	latest := time.Now().Add(clock.answer - clock.unheard)
	l.mu.Lock()
	if l.heardAt.After(latest) {
		l.heardAt = latest
	}
	l.mu.Unlock()
	l.heart.pingAt = time.Time{}
	if networkChanged {
		l.repair.again()
	}
	l.beat()
}
