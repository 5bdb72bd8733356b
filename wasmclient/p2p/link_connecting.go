package p2p

import (
	"errors"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Everything here runs on the link's own goroutine.

// presence is the peer's last state from the server.
type presence struct {
	state signalingv1.Peer_State
	since time.Time
}

func (l *link) setPresence(state signalingv1.Peer_State) {
	if l.presence.state != state {
		l.presence = presence{state, time.Now()}
	}
	switch state {
	case signalingv1.Peer_STATE_PRESENT, signalingv1.Peer_STATE_RELEASED:
		l.bothJoined()
	case signalingv1.Peer_STATE_LEFT: // a LOST peer may still come back, or the room closes
		l.leftEarly()
	default:
	}
	l.beat()
}

// leftEarly ends a link that is not open yet, because its peer has left. The
// room's last link waits for a moment, so that the server can close the room and
// give this member a requeue token.
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

// bothJoined starts the timers that run from the moment both have joined.
func (l *link) bothJoined() {
	if !l.joined.IsZero() || l.currentState() != linkConnecting {
		return
	}
	l.joined = time.Now()
	l.after(l.room.settings.clock.connect, l.failIfConnecting)
	if !l.offerer {
		l.after(l.room.settings.clock.askForOffer, func() {
			if l.negotiation.Remote() == "" && l.currentState() == linkConnecting {
				l.askForOffer()
			}
		})
	}
}

func (l *link) askForOffer() {
	l.outbox.Put(&signalingv1.Signal{
		Epoch:   l.negotiation.Epoch,
		Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}},
	})
}

func (l *link) failIfConnecting() {
	switch {
	case l.currentState() != linkConnecting:
	case l.unproven():
		l.gone(ReasonUnverified)
	default:
		l.fail(l.diagnose())
	}
}

// diagnose says why the link is not open.
func (l *link) diagnose() (Diagnosis, error) {
	diagnosis := Diagnosis{ConnectCandidates, CausePeerSilent}
	if connection := l.current(); connection != nil {
		diagnosis = connection.diagnose(l.negotiation.Remote() != "")
	}
	return diagnosis, errors.New("connect to " + l.peer.ID + ": " + diagnosis.Cause.String())
}

// fail reports to the server that connecting failed, and waits for a moment, so
// that the server can close the room and give this member a requeue token.
func (l *link) fail(diagnosis Diagnosis, err error) {
	if l.failure != nil || l.currentState() != linkConnecting {
		return
	}
	l.failure = &missedError{reason: ReasonConnectFailed, diagnosis: diagnosis, hopeless: errors.Is(err, ErrNoRelay), err: err}
	request := &signalingv1.ReportOutcomeRequest{
		PeerId:  l.peer.ID,
		Epoch:   l.negotiation.Epoch,
		Outcome: &signalingv1.ReportOutcomeRequest_Failed{Failed: diagnosis.failure()},
	}
	if connection := l.current(); connection != nil {
		request.ConnectionId = connection.id
	}
	l.room.signaling.report(request)
	l.after(l.room.settings.clock.goodbye, func() { l.room.conclude(l.failure) })
}

// notConnected concludes that the server has closed the room, because this side or a
// peer failed to connect.
func (l *link) notConnected(closed *missedError) {
	missed := *closed
	if l.failure != nil {
		missed = *l.failure
		missed.requeueToken = closed.requeueToken
	} else if l.currentState() == linkConnecting {
		missed.diagnosis, missed.err = l.diagnose()
	}
	l.room.conclude(&missed)
}

// stateChanged reads the connection's current state, because events can come
// late.
func (l *link) stateChanged(connection *connection) {
	if connection != l.current() {
		return
	}
	switch connection.pc.State() {
	case rtc.StateConnected:
		if l.currentState() == linkInterrupted {
			l.heard(connection)
		}
	case rtc.StateDisconnected:
		l.interrupt()
		l.beat()
	case rtc.StateFailed:
		l.failIfConnecting()
		l.interrupt()
		l.beat()
	case rtc.StateClosed:
		l.failIfConnecting()
		l.closedByPeer(connection)
		return
	default:
	}
	connection.tracePairs()
}
