package p2p

import (
	"context"
	"sync"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// linkState is where a link is. Open and interrupted alternate; otherwise it
// only moves forward.
type linkState int

const (
	linkConnecting linkState = iota
	linkOpen
	linkInterrupted
	linkGone
)

// up says whether the peer can be talked to, if only later.
func (s linkState) up() bool { return s == linkOpen || s == linkInterrupted }

// link is the peer-to-peer side of one peer: its connection and how that is
// negotiated and repaired. One goroutine, run, does the negotiating; what the
// server, the connection and the timers have to say is posted to it.
type link struct {
	peer   Peer
	room   *Room
	outbox *outbox
	inbox  *mailbox

	ctx    context.Context // ends when the link is gone
	cancel context.CancelFunc
	done   chan struct{} // run has returned, everything is freed

	// The following belong to run.
	offerer     bool
	negotiation negotiation
	timers      []*time.Timer // of connecting
	welcomed    time.Time
	joined      bool // both sides have
	failed      bool
	elapsed     time.Duration // until it was open
	presence    presence
	heart       heart
	repair      repair

	mu         sync.Mutex // guards the following fields
	state      linkState
	connection *connection // nil: none yet; run replaces it
	heardAt    time.Time   // the last sign of life
	peerHidden bool
	reason     Reason // why it is gone
	sayBye     bool   // drain and close in order, because this side leaves
}

func newLink(room *Room, peer Peer, outbox *outbox) *link {
	ctx, cancel := context.WithCancel(context.Background())
	return &link{peer: peer, room: room, outbox: outbox, inbox: newMailbox(), ctx: ctx, cancel: cancel, done: make(chan struct{})}
}

// run serves the link until it is gone and then frees everything of it. A
// browser never settles a promise of a closed connection, so the goroutine
// that negotiates is also the one that closes.
func (l *link) run() {
	defer close(l.done)
	var sending sync.WaitGroup
	sending.Go(func() { l.outbox.run(l.ctx) })
	l.inbox.serve(l.ctx)
	for _, timer := range l.timers {
		timer.Stop()
	}
	l.heart.stop()
	if connection := l.current(); connection != nil {
		if l.leaving() {
			connection.drain(l.room.settings.clock.flush)
		}
		connection.close()
	}
	sending.Wait()
}

func (l *link) after(pause time.Duration, work func()) {
	l.timers = append(l.timers, time.AfterFunc(pause, func() { l.inbox.post(work) }))
}

// welcome takes the server's view of the peer: at the beginning, and again
// after each break of signaling. What a server that lost the room knew of an
// open link, it is told again.
func (l *link) welcome(peer *signalingv1.Peer, resumed bool) {
	first := l.welcomed.IsZero()
	if first {
		l.welcomed = time.Now()
		l.offerer = peer.GetMyRole() == signalingv1.Role_ROLE_OFFERER
	}
	l.outbox.welcome(peer.GetLastStoredSeq())
	if first && l.offerer {
		if err := l.offer(); err != nil {
			l.fail(signalingv1.Failed_STAGE_UNSPECIFIED, err)
		}
	}
	if !resumed && l.currentState() == linkOpen {
		l.reportOpen()
	}
	l.repair.again()
	l.setPresence(peer.GetState())
}

// gone ends the link for good; the first reason counts. It does not block and
// may be called from any goroutine.
func (l *link) gone(reason Reason) {
	l.mu.Lock()
	first := l.state != linkGone
	if first {
		l.state, l.reason = linkGone, reason
		l.room.changes.setPeer(l.peer, PeerGone, reason)
	}
	l.mu.Unlock()
	if first {
		l.cancel()
		l.room.linkGone(reason)
		l.room.signaling.reconsider()
	}
}

func (l *link) current() *connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connection
}

func (l *link) currentState() linkState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

func (l *link) leaving() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sayBye
}
