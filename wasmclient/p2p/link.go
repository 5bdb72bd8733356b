package p2p

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/types/known/durationpb"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// linkState is where a link is. It only moves forward.
type linkState int

const (
	linkConnecting linkState = iota
	linkOpen
	linkGone
)

// link is the peer-to-peer side of one peer: its connection and how that is
// negotiated. One goroutine, run, does the negotiating; what the server, the
// connection and the timers have to say is posted to it.
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
	timers      []*time.Timer
	welcomed    time.Time
	present     bool
	failed      bool

	mu         sync.Mutex // guards the following fields
	state      linkState
	connection *connection // nil: none yet; run replaces it
	reason     Reason      // why it is gone
	sayBye     bool        // drain and close in order, because this side leaves
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
// after each break of signaling.
func (l *link) welcome(peer *signalingv1.Peer) {
	first := l.welcomed.IsZero()
	if first {
		l.welcomed = time.Now()
		l.offerer = peer.GetMyRole() == signalingv1.Role_ROLE_OFFERER
	}
	l.outbox.acknowledge(peer.GetLastStoredSeq())
	if first && l.offerer {
		if err := l.offer(); err != nil {
			l.fail(signalingv1.Failed_STAGE_UNSPECIFIED, err)
		}
	}
	l.setPresence(peer.GetState())
}

func (l *link) setPresence(state signalingv1.Peer_State) {
	switch state {
	case signalingv1.Peer_STATE_PRESENT, signalingv1.Peer_STATE_RELEASED:
		l.joined()
	case signalingv1.Peer_STATE_LEFT: // after LOST a peer may come back, or the room closes
		l.leftEarly()
	default:
	}
}

// leftEarly ends a link that is not open yet. The last one gives the server a
// moment to close the room: that is how the place in the queue comes back.
func (l *link) leftEarly() {
	if l.currentState() != linkConnecting {
		return
	}
	if l.room.others(l) {
		l.gone(ReasonPeerGone)
		return
	}
	l.after(l.room.settings.clock.goodbye, func() {
		if l.currentState() == linkConnecting {
			l.gone(ReasonPeerGone)
		}
	})
}

// joined starts the clocks that run from the moment both are here.
func (l *link) joined() {
	if l.present || l.currentState() != linkConnecting {
		return
	}
	l.present = true
	l.after(l.room.settings.clock.connect, l.failIfConnecting)
	if !l.offerer {
		l.after(l.room.settings.clock.askForOffer, l.askForOffer)
	}
}

func (l *link) askForOffer() {
	if l.negotiation.remote == "" && l.currentState() == linkConnecting {
		l.outbox.put(&signalingv1.Signal{
			Epoch:   l.negotiation.epoch,
			Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}},
		})
	}
}

func (l *link) failIfConnecting() {
	if l.currentState() == linkConnecting {
		stage := signalingv1.Failed_STAGE_NO_CANDIDATES
		if connection := l.current(); connection != nil {
			stage = connection.stage()
		}
		l.fail(stage, fmt.Errorf("connect to %s: %s", l.peer.ID, stage))
	}
}

// fail reports that connecting is hopeless, then gives the server a moment to
// close the room: that is how the place in the queue comes back.
func (l *link) fail(stage signalingv1.Failed_Stage, err error) {
	if l.failed || l.currentState() != linkConnecting {
		return
	}
	l.failed = true
	request := &signalingv1.ReportOutcomeRequest{
		PeerId:  l.peer.ID,
		Epoch:   l.negotiation.epoch,
		Outcome: &signalingv1.ReportOutcomeRequest_Failed{Failed: &signalingv1.Failed{Stage: stage}},
	}
	if connection := l.current(); connection != nil {
		request.ConnectionId = connection.id
	}
	l.room.signaling.report(request)
	l.after(l.room.settings.clock.goodbye, func() {
		l.room.settle(&missedError{failed: true, err: err})
	})
}

// stateChanged looks at the connection's state now: events can come late.
func (l *link) stateChanged(connection *connection) {
	if connection != l.current() {
		return
	}
	switch connection.pc.ConnectionState() {
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		l.failIfConnecting()
		if l.currentState() == linkOpen {
			l.gone(ReasonPeerGone)
		}
	default:
	}
}

// chatOpened is called when the chat channel opens, and before each of its
// messages: what a peer says before it hurries away must find the link open.
// It does not block and may be called from any goroutine.
func (l *link) chatOpened(connection *connection) {
	l.mu.Lock()
	opened := connection == l.connection && l.state == linkConnecting
	if opened {
		l.state = linkOpen
	}
	l.mu.Unlock()
	if opened {
		l.room.changes.setPeer(l.peer, PeerConnected, "")
		now := time.Now()
		l.inbox.post(func() { l.reportOpen(connection, now.Sub(l.welcomed)) })
		l.room.settleIfComplete()
	}
}

func (l *link) reportOpen(connection *connection, elapsed time.Duration) {
	local, remote := connection.pc.candidateTypes()
	l.room.signaling.report(&signalingv1.ReportOutcomeRequest{
		PeerId:       l.peer.ID,
		ConnectionId: connection.id,
		Epoch:        l.negotiation.epoch,
		Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{
			LocalCandidateType: local, RemoteCandidateType: remote, Elapsed: durationpb.New(elapsed),
		}},
	})
}

// gone ends the link for good; the first reason counts. It does not block and
// may be called from any goroutine.
func (l *link) gone(reason Reason) {
	l.mu.Lock()
	first := l.state != linkGone
	if first {
		l.state, l.reason = linkGone, reason
	}
	l.mu.Unlock()
	if first {
		l.room.changes.setPeer(l.peer, PeerGone, reason)
		l.cancel()
		l.room.linkGone(reason)
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
