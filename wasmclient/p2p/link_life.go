package p2p

import (
	"math/rand/v2"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// leastPingPause is the pause between two pings at least: peers give up one that
// sends too many.
const leastPingPause = 50 * time.Millisecond

// heart is the one timer of a link that is up. It belongs to run.
type heart struct {
	timer    *time.Timer
	due      time.Time // of the next beat
	pingAt   time.Time
	pinged   time.Time // the last time
	hidden   bool      // what the peer was last told
	presence bool      // it was told so by a message
}

func (h *heart) stop() {
	if h.timer != nil {
		h.timer.Stop()
	}
}

// heard notes a sign of life: the channel has opened, a message has arrived, or
// the path works again. It does not block and may be called from any goroutine.
// It is called with each message before the message is processed, so that a
// text followed at once by Bye is not lost.
func (l *link) heard(connection *connection) {
	if !connection.verified.Load() {
		return
	}
	now := time.Now()
	l.mu.Lock()
	if connection != l.connection && connection != l.successor || l.state == linkGone {
		l.mu.Unlock()
		return
	}
	if connection == l.successor {
		l.connection, l.successor, l.replaced = connection, nil, l.connection
		l.work.Post(l.beat)
	}
	was := l.state
	l.state, l.heardAt = linkOpen, now
	if was != linkOpen {
		l.room.changes.setPeer(l.peer, PeerConnected, "")
	}
	l.mu.Unlock()
	switch was {
	case linkConnecting:
		l.room.signaling.connected(l.peer.ID, nil)
		l.work.Post(func() {
			l.elapsed = now.Sub(l.began)
			l.reportSoon()
			l.beat()
		})
		l.room.concludeIfConnected()
	case linkInterrupted:
		connection.step(TraceRestored, "")
		l.work.Post(func() {
			l.room.signaling.restored(l)
			connection.tracePairs()
			l.beat()
		})
	default:
	}
}

// lastHeard returns when the last sign of life came, and whether the peer's page
// is hidden.
func (l *link) lastHeard() (at time.Time, hidden bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heardAt, l.peerHidden
}

// The following run on the link's own goroutine.

// beat does what is due for a link that is up, and sets the timer for the next
// beat.
func (l *link) beat() {
	l.succeeded()
	now := time.Now()
	l.forgive(now)
	l.sendPresence()
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
		l.heart.timer = time.AfterFunc(next.Sub(now), func() { l.work.Post(l.beat) })
		return
	}
	l.heart.timer.Reset(next.Sub(now))
}

// forgive shifts the link's times by the time in which this side did not run,
// because a laptop slept or a browser delayed its timers.
func (l *link) forgive(now time.Time) {
	late := now.Sub(l.heart.due)
	if l.heart.due.IsZero() || late < l.room.settings.clock.sleepGap {
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

// listen interrupts an open link from whose peer nothing has arrived for too
// long. It returns when to look again.
func (l *link) listen(now time.Time) (next time.Time) {
	heardAt, _ := l.lastHeard()
	if now.Sub(l.succession) >= l.room.settings.clock.connect {
		l.dropSuccessor()
	}
	silentAt := heardAt.Add(l.room.settings.clock.unheard)
	if now.Before(silentAt) {
		return silentAt
	}
	if l.pathAnswers() {
		return now.Add(l.room.settings.clock.unheard)
	}
	l.interrupt()
	return l.mend(now)
}

// takesPart notes that the peer sends pings, or answers them. Any goroutine may
// call it.
func (l *link) takesPart() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pings = true
}

// pathAnswers reports whether the path works to a peer that has answered no ping
// since the last repair: the connection notices by itself when the other side
// stops consenting (RFC 7675). Peers that are not of this SDK need not know pings.
func (l *link) pathAnswers() bool {
	l.mu.Lock()
	connection, pings := l.connection, l.pings
	l.mu.Unlock()
	return !pings && connection != nil && connection.pc.State() == rtc.StateConnected
}

func (l *link) ping(now time.Time) {
	if now.Before(l.heart.pingAt) {
		return
	}
	every := l.room.settings.clock.ping
	l.heart.pinged, l.heart.pingAt = now, now.Add(every*4/5+rand.N(every*2/5)) //nolint:gosec // jitter is no secret
	nonce := uint64(now.UnixMicro())
	l.sent.Ping(nonce)
	l.sendNow(&chatv1.Envelope{Content: &chatv1.Envelope_Ping{Ping: &chatv1.Ping{Nonce: nonce}}})
}

// pingSoon pings earlier than planned if messages wait for a Pong.
func (l *link) pingSoon() {
	if at := l.heart.pinged.Add(leastPingPause); l.sent.Unasked() && at.Before(l.heart.pingAt) {
		l.heart.pingAt = at
		l.beat()
	}
}

func (l *link) sendPresence() {
	hidden := l.room.hidden.Load()
	if hidden != l.heart.hidden && l.currentState().up() &&
		l.sendNow(&chatv1.Envelope{Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: hidden}}}) {
		l.heart.hidden, l.heart.presence = hidden, true
	}
}

// check pings the peer at once and expects an answer soon, because the network
// or the visibility of this page has changed. On another network, an offer that
// was made before is useless; the Welcome of the stream that is opened there lets
// this side offer again.
func (l *link) check() {
	clock := l.room.settings.clock
	latest := time.Now().Add(clock.answer - clock.unheard)
	l.mu.Lock()
	if l.heardAt.After(latest) {
		l.heardAt = latest
	}
	l.mu.Unlock()
	l.heart.pingAt = time.Time{}
	l.beat()
}
