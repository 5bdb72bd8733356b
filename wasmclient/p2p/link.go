package p2p

import (
	"context"
	"sync"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/delivery"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/limits"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/negotiation"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/outbox"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
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

// up reports whether messages can be sent to the peer. While the link is
// interrupted they arrive later.
func (s linkState) up() bool { return s == linkOpen || s == linkInterrupted }

// link is the connection to one peer: it negotiates and repairs it. One
// goroutine, run, does that. Events of the server, the connection and the
// timers are posted to it.
type link struct {
	peer   Peer
	room   *Room
	outbox *outbox.Outbox
	work   *workqueue.Queue

	ctx    context.Context // ends when the link is gone
	cancel context.CancelFunc
	met    chan struct{} // closed when what both brought to the match is processed
	done   chan struct{} // run has returned, everything is freed

	// The following belong to run.
	offerer     bool
	negotiation negotiation.State
	timers      []*time.Timer // of connecting
	began       time.Time
	welcomed    bool
	joined      time.Time             // since when both sides have; zero: they have not
	introduced  bool                  // the last offer reached the peer with the match, if it did
	postponed   []*signalingv1.Signal // of the peer, until the credentials of relays are here
	failure     *missedError          // why it cannot open; nil: it may
	elapsed     time.Duration         // until it was open
	presence    presence
	heart       heart
	repair      repair
	allowance   limits.Allowance
	reporting   reporting
	succession  time.Time                // since when there is a successor
	retired     map[*connection]struct{} // replaced, and closed soon

	sent     *delivery.Sent
	received *delivery.Received
	files    files

	mu         sync.Mutex // guards the following fields
	state      linkState
	connection *connection // in use; nil: none yet
	successor  *connection // takes the place of connection when it is open; nil: none
	replaced   *connection // had its place taken just now; nil: none
	heardAt    time.Time   // the last sign of life
	peerHidden bool
	pings      bool   // the peer sends pings, or answers them, since the last repair
	reason     Reason // why it is gone
	sayBye     bool   // drain and close in order, because this side leaves
}

func newLink(room *Room, peer Peer, outbox *outbox.Outbox) *link {
	ctx, cancel := context.WithCancel(context.Background())
	return &link{
		peer: peer, room: room, outbox: outbox, work: workqueue.New(),
		ctx: ctx, cancel: cancel, met: make(chan struct{}), done: make(chan struct{}), began: time.Now(),
		retired: map[*connection]struct{}{}, sent: new(delivery.Sent), received: new(delivery.Received),
		allowance: limits.New(room.settings.loopback || limits.OnThisMachine(room.settings.signaling)),
	}
}

// run serves the link until it is gone and then frees everything of it. The
// goroutine that negotiates also closes the connection, because a browser never
// resolves a pending promise of a closed connection.
func (l *link) run() {
	defer close(l.done)
	var sending sync.WaitGroup
	sending.Go(func() { l.outbox.Run(l.ctx) })
	l.work.Serve(l.ctx)
	for _, timer := range l.timers {
		timer.Stop()
	}
	l.heart.stop()
	if connection := l.current(); connection != nil {
		if l.leaving() {
			connection.drain(l.flushes())
		}
		connection.close(l.goneReason())
	}
	for other := range l.retired {
		other.close("")
	}
	for _, other := range []*connection{l.successor, l.replaced} {
		if other != nil {
			other.close("")
		}
	}
	sending.Wait()
}

func (l *link) after(pause time.Duration, work func()) {
	l.timers = append(l.timers, time.AfterFunc(pause, func() { l.work.Post(work) }))
}

// welcome processes the peer's entry in a Welcome: the first one, and one after
// each break of signaling. If the server has lost the room, an open link is
// reported to it again.
func (l *link) welcome(peer *signalingv1.Peer, resumed bool) {
	first := !l.welcomed
	if first {
		l.welcomed, l.offerer = true, peer.GetMyRole() == signalingv1.Role_ROLE_OFFERER
		if ways := l.room.ways(); ways.RelayOnly && !ways.HasRelay() {
			l.fail(Diagnosis{ConnectCandidates, CauseNoRelay}, failed("connect by relays only", ErrNoRelay))
			return
		}
		l.addServers()
		l.receive(l.postponed)
		l.postponed = nil
	}
	l.outbox.Welcome(peer.GetLastStoredSeq())
	if first && l.offerer && l.newest() == nil {
		if err := l.offer(); err != nil {
			l.fail(Diagnosis{}, err)
		}
	}
	if !resumed && l.currentState() == linkOpen {
		l.reportOpen()
	}
	l.prove()
	l.repair.again()
	l.setPresence(peer.GetState())
}

// gone ends the link. Only the first reason counts. It does not block and
// may be called from any goroutine.
func (l *link) gone(reason Reason) {
	l.mu.Lock()
	was := l.state
	if was != linkGone {
		l.state, l.reason = linkGone, reason
		l.room.changes.setPeer(l.peer, PeerGone, reason)
	}
	l.mu.Unlock()
	if was != linkGone {
		l.cancel()
		l.room.linkGone(l, was, reason)
		l.room.signaling.updateReleaseTimer()
	}
}

// current returns the connection in use, or nil.
func (l *link) current() *connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connection
}

// newest returns the connection that is negotiated: the successor if there is
// one, otherwise the connection in use, or nil.
func (l *link) newest() *connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.successor != nil {
		return l.successor
	}
	return l.connection
}

func (l *link) currentState() linkState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// flushes returns how long the last messages may take: less for a peer that floods this
// side.
func (l *link) flushes() time.Duration {
	if l.goneReason() == ReasonUnread {
		return l.room.settings.clock.flushUnread
	}
	return l.room.settings.clock.flush
}

func (l *link) goneReason() Reason {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

func (l *link) leaving() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sayBye
}
