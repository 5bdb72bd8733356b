package p2p

import (
	"fmt"
	"math"
	"slices"

	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// Everything here runs on the link's own goroutine.

// receive takes the signals of the peer.
func (l *link) receive(signals []*signalingv1.Signal) {
	for _, signal := range signals {
		if err := l.receiveOne(signal); err != nil {
			l.fail(signalingv1.Failed_STAGE_UNSPECIFIED, err)
			return
		}
	}
}

func (l *link) receiveOne(signal *signalingv1.Signal) error {
	switch payload := signal.GetPayload().(type) {
	case *signalingv1.Signal_Description:
		switch payload.Description.GetType() {
		case signalingv1.SessionDescription_TYPE_OFFER:
			return l.receiveOffer(signal)
		case signalingv1.SessionDescription_TYPE_ANSWER:
			return l.receiveAnswer(signal)
		default: // this side takes no offer back, nor does the other while links are not repaired
		}
	case *signalingv1.Signal_Candidate, *signalingv1.Signal_EndOfCandidates:
		l.receiveCandidate(signal)
	case *signalingv1.Signal_Renegotiate:
		return l.renegotiate()
	}
	return nil
}

// offer begins a connection from this side.
func (l *link) offer() error {
	connection, err := l.connect()
	if err != nil {
		return err
	}
	description, err := connection.pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("create offer: %w", err)
	}
	l.negotiation.offer()
	return l.describe(connection, description)
}

// describe applies and sends this side's description. Its candidates come
// through the mailbox and so always after it.
func (l *link) describe(connection *connection, description webrtc.SessionDescription) error {
	if err := connection.pc.SetLocalDescription(description); err != nil {
		return fmt.Errorf("set local description: %w", err)
	}
	kind := signalingv1.SessionDescription_TYPE_OFFER
	if description.Type == webrtc.SDPTypeAnswer {
		kind = signalingv1.SessionDescription_TYPE_ANSWER
	}
	l.outbox.put(&signalingv1.Signal{
		ConnectionId: connection.id,
		Epoch:        l.negotiation.epoch,
		Payload: &signalingv1.Signal_Description{
			Description: &signalingv1.SessionDescription{Type: kind, Sdp: description.SDP},
		},
	})
	return nil
}

func (l *link) receiveOffer(signal *signalingv1.Signal) error {
	connection := l.current()
	switch l.negotiation.judgeOffer(signal) {
	case verdictDrop:
		return nil
	case verdictRepeat:
		l.outbox.resend()
		return nil
	case verdictReplace:
		if l.currentState() != linkConnecting {
			return nil // an open link is not given up for an offer
		}
		connection = nil
	default:
	}
	if connection != nil && connection.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer {
		return nil // glare: only the lower slot offers first, and it does not yield
	}
	if connection == nil {
		var err error
		if connection, err = l.connect(); err != nil {
			return err
		}
	}
	if err := l.describeRemote(connection, webrtc.SDPTypeOffer, signal); err != nil {
		return err
	}
	answer, err := connection.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("create answer: %w", err)
	}
	return l.describe(connection, answer)
}

func (l *link) receiveAnswer(signal *signalingv1.Signal) error {
	connection := l.current()
	waiting := connection != nil && connection.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer
	if l.negotiation.judgeAnswer(signal, waiting) == verdictDrop {
		return nil
	}
	return l.describeRemote(connection, webrtc.SDPTypeAnswer, signal)
}

func (l *link) describeRemote(connection *connection, kind webrtc.SDPType, signal *signalingv1.Signal) error {
	description := webrtc.SessionDescription{Type: kind, SDP: signal.GetDescription().GetSdp()}
	if err := connection.pc.SetRemoteDescription(description); err != nil {
		return fmt.Errorf("set remote description: %w", err)
	}
	for _, early := range l.negotiation.described(signal) {
		l.receiveCandidate(early)
	}
	return nil
}

// receiveCandidate applies, holds or drops a candidate. One that the platform
// cannot read is dropped: the others may do.
func (l *link) receiveCandidate(signal *signalingv1.Signal) {
	switch l.negotiation.judgeCandidate(signal) {
	case verdictHold:
		l.negotiation.early = append(l.negotiation.early, signal)
	case verdictApply:
		candidate := signal.GetCandidate()
		if candidate.GetCandidate() == "" {
			return // the end of candidates: pion and browsers find out by themselves
		}
		init := webrtc.ICECandidateInit{Candidate: candidate.GetCandidate(), SDPMid: candidate.SdpMid, UsernameFragment: candidate.UsernameFragment}
		if candidate.SdpMLineIndex != nil {
			line := uint16(min(candidate.GetSdpMLineIndex(), math.MaxUint16))
			init.SDPMLineIndex = &line
		}
		_ = l.current().pc.AddICECandidate(init)
	default:
	}
}

// renegotiate answers a peer that waits for an offer: with the same again
// while that is unanswered, otherwise with a new connection.
func (l *link) renegotiate() error {
	connection := l.current()
	switch {
	case l.currentState() != linkConnecting:
		return nil
	case connection != nil && connection.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer:
		l.outbox.resend()
		return nil
	default:
		return l.offer()
	}
}

// connect makes a fresh connection and frees the one before.
func (l *link) connect() (*connection, error) {
	var fresh *connection
	post := func(work func(*connection)) func() {
		return func() { l.inbox.post(func() { work(fresh) }) }
	}
	fresh, err := newConnection(l.room.settings.transport, webrtc.Configuration{ICEServers: l.room.iceServers()}, connectionEvents{
		candidate: func(candidate *signalingv1.IceCandidate) {
			l.inbox.post(func() { l.sendCandidate(fresh, candidate) })
		},
		state:  post(l.stateChanged),
		opened: func() { l.chatOpened(fresh) },
		closed: post(l.chatClosed),
		message: func(data []byte) {
			l.chatOpened(fresh)
			l.message(data)
		},
	})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	before := l.connection
	l.connection = fresh
	l.mu.Unlock()
	if before != nil {
		before.close()
	}
	l.negotiation.restart()
	return fresh, nil
}

func (l *link) chatClosed(closed *connection) {
	if closed == l.current() && l.currentState() == linkOpen {
		l.gone(ReasonPeerGone)
	}
}

// sendCandidate sends one of this side's candidates; nil is the end of them.
func (l *link) sendCandidate(connection *connection, candidate *signalingv1.IceCandidate) {
	if connection != l.current() {
		return
	}
	ufrag := candidate.GetUsernameFragment()
	if ufrag == "" {
		if local := connection.pc.LocalDescription(); local != nil {
			ufrag = slices.Concat(ufrags(local.SDP), []string{""})[0]
		}
	}
	signal := &signalingv1.Signal{ConnectionId: connection.id, Epoch: l.negotiation.epoch}
	if candidate == nil {
		signal.Payload = &signalingv1.Signal_EndOfCandidates{
			EndOfCandidates: &signalingv1.EndOfCandidates{UsernameFragment: &ufrag},
		}
	} else {
		candidate.UsernameFragment = &ufrag
		signal.Payload = &signalingv1.Signal_Candidate{Candidate: candidate}
	}
	l.outbox.put(signal)
}
