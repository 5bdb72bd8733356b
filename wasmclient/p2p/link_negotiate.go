package p2p

import (
	"slices"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/negotiation"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Everything here runs on the link's own goroutine.

// receive processes signals of the peer.
func (l *link) receive(signals []*signalingv1.Signal) {
	for _, signal := range signals {
		if err := l.receiveOne(signal); err != nil {
			l.fail(Diagnosis{}, err)
			return
		}
	}
}

func (l *link) receiveOne(signal *signalingv1.Signal) error {
	l.succeeded()
	switch payload := signal.GetPayload().(type) {
	case *signalingv1.Signal_Description:
		switch payload.Description.GetType() {
		case signalingv1.SessionDescription_TYPE_OFFER:
			return l.receiveOffer(signal)
		case signalingv1.SessionDescription_TYPE_ANSWER:
			return l.receiveAnswer(signal)
		default: // a rollback needs no action: the next offer replaces the old one
		}
	case *signalingv1.Signal_Candidate, *signalingv1.Signal_EndOfCandidates:
		l.receiveCandidate(signal)
	case *signalingv1.Signal_Renegotiate:
		return l.renegotiate(signal)
	}
	return nil
}

// offer creates a connection and sends its first offer.
func (l *link) offer() error {
	connection, err := l.connect()
	if err != nil {
		return err
	}
	description, err := connection.pc.CreateOffer(false)
	if err != nil {
		return failed("create offer", err)
	}
	l.negotiation.Offer()
	return l.describe(connection, description)
}

// describe applies and sends this side's description. Its candidates come
// through the work queue, and so always after it.
func (l *link) describe(connection *connection, description rtc.Description) error {
	if err := connection.setLocal(description); err != nil {
		return err
	}
	if connection.ways.RelayOnly {
		description.SDP = hideAddresses(description.SDP)
	}
	l.outbox.Put(descriptionSignal(connection.id, l.negotiation.Epoch, description))
	return nil
}

func descriptionSignal(connectionID string, epoch uint32, description rtc.Description) *signalingv1.Signal {
	kind := signalingv1.SessionDescription_TYPE_OFFER
	if description.Type == rtc.TypeAnswer {
		kind = signalingv1.SessionDescription_TYPE_ANSWER
	}
	return &signalingv1.Signal{
		ConnectionId: connectionID,
		Epoch:        epoch,
		Payload: &signalingv1.Signal_Description{
			Description: &signalingv1.SessionDescription{Type: kind, Sdp: description.SDP},
		},
	}
}

func (l *link) receiveOffer(signal *signalingv1.Signal) error {
	connection := l.newest()
	verdict := l.negotiation.JudgeOffer(signal, connection.offering(), !l.offerer)
	if verdict == negotiation.Drop || !l.allowance.Offers.Allow() {
		return nil
	}
	switch verdict {
	case negotiation.Repeat:
		l.outbox.Resend()
		return nil
	case negotiation.Replace:
		connection = nil
	case negotiation.Return:
		if !l.dropSuccessor() { // it has just opened
			return nil
		}
		connection = l.current()
	default:
	}
	connection, err := l.yield(connection)
	if connection == nil {
		return err
	}
	if connection.refreshWays(l.room.ways()) != nil {
		return l.startOver()
	}
	if err := l.describeRemote(connection, rtc.TypeOffer, signal); err != nil {
		return err
	}
	answer, err := connection.pc.CreateAnswer()
	if err != nil {
		return failed("create answer", err)
	}
	l.repair.offered = true
	if err := l.describe(connection, answer); err != nil {
		return err
	}
	l.agreed()
	return nil
}

// yield returns a connection that is ready for a remote offer. An unanswered
// offer of this side is rolled back. If the peer has never answered on this
// connection, a new connection replaces it. It returns nil if that may not be.
func (l *link) yield(connection *connection) (*connection, error) {
	switch {
	case connection == nil, connection.offering() && l.negotiation.Remote() == "":
		if !l.mayReplace() {
			return nil, nil
		}
		return l.connect()
	case connection.offering():
		if err := connection.rollback(); err != nil {
			return nil, err
		}
	}
	return connection, nil
}

// receiveAnswer applies an answer. If that fails for an ICE restart, or the answer
// is of another connection of the peer, this side offers a new one.
func (l *link) receiveAnswer(signal *signalingv1.Signal) error {
	connection := l.newest()
	restart := l.negotiation.Remote() != ""
	switch l.negotiation.JudgeAnswer(signal, connection.offering()) {
	case negotiation.Drop:
		l.offerAgain(signal)
		return nil
	case negotiation.Replace:
		return l.startOver()
	default:
	}
	l.introduced = false
	l.addServers()
	if err := l.describeRemote(connection, rtc.TypeAnswer, signal); err != nil {
		if restart {
			return l.startOver()
		}
		return err
	}
	l.agreed()
	return nil
}

func (l *link) describeRemote(connection *connection, kind rtc.DescriptionType, signal *signalingv1.Signal) error {
	description := rtc.Description{Type: kind, SDP: l.allowance.Description(signal.GetDescription().GetSdp())}
	l.remoteStep(TraceRemoteDescription, signal, string(kind), description.SDP)
	if err := connection.pc.SetRemoteDescription(description); err != nil {
		return failed("set remote description", err)
	}
	for _, early := range l.negotiation.Described(signal) {
		l.receiveCandidate(early)
	}
	return nil
}

// receiveCandidate applies, holds or drops a candidate. A candidate that the
// platform rejects is dropped, because the others may be enough.
func (l *link) receiveCandidate(signal *signalingv1.Signal) {
	switch l.negotiation.JudgeCandidate(signal) {
	case negotiation.Hold:
		l.negotiation.HoldCandidate(signal)
	case negotiation.Apply:
		candidate := signal.GetCandidate()
		if candidate.GetCandidate() == "" { // the end of candidates, which pion and browsers detect by themselves
			l.remoteStep(TraceRemoteCandidatesEnd, signal, "", "")
			return
		}
		if l.allowance.Candidate(candidate.GetCandidate()) {
			l.remoteStep(TraceRemoteCandidate, signal, "", candidate.GetCandidate())
			_ = l.newest().pc.AddICECandidate(rtc.Candidate{
				Candidate: candidate.GetCandidate(), SDPMid: candidate.SdpMid,
				SDPMLineIndex: candidate.SdpMLineIndex, UsernameFragment: candidate.UsernameFragment,
			})
		}
	default:
	}
}

// renegotiate answers a peer that asks for an offer. An unanswered offer is sent
// again. Otherwise this side offers a new path, or a new connection if the link
// was never open. If the peer asked before it received the last offer, nothing
// is sent.
func (l *link) renegotiate(signal *signalingv1.Signal) error {
	connection := l.newest()
	if !l.allowance.Offers.Allow() {
		return nil
	}
	switch {
	case connection.offering():
		l.outbox.Resend()
		return nil
	case !l.currentState().up():
		if !l.mayReplace() {
			return nil
		}
		return l.offer()
	case signal.GetEpoch() != 0 && signal.GetEpoch() < l.negotiation.Epoch:
		return nil
	default:
		return l.renewPath()
	}
}

// renewPath offers a new path, on a new connection if this one cannot restart ICE.
func (l *link) renewPath() error {
	if l.restart() == nil {
		return nil
	}
	return l.startOver()
}

// restart offers a new path for the same connection. A successor that the peer has
// not answered has no path yet: another one replaces it.
func (l *link) restart() error {
	connection := l.newest()
	if connection.offering() {
		if l.negotiation.Remote() == "" {
			return l.startOver()
		}
		if err := connection.rollback(); err != nil {
			return err
		}
	}
	if err := connection.refreshWays(l.room.ways()); err != nil {
		return err
	}
	connection.step(TraceRestart, "")
	description, err := connection.pc.CreateOffer(true)
	if err != nil {
		return failed("create offer", err)
	}
	l.negotiation.Offer()
	if err := l.describe(connection, description); err != nil {
		return err
	}
	l.repair.offered, l.repair.agreed, l.repair.offeredAt = true, time.Time{}, l.repair.spent
	return nil
}

// mayReplace reports whether the peer may make this side create a connection:
// the first at any time, and others now and then.
func (l *link) mayReplace() bool { return l.current() == nil || l.allowance.Connections.Allow() }

// connect creates a connection. It replaces one that was never open at once, and
// one that is in use when it is open itself.
func (l *link) connect() (*connection, error) {
	var fresh *connection
	post := func(work func(*connection)) func() {
		return func() { l.work.Post(func() { work(fresh) }) }
	}
	fresh, err := newConnection(l.room.settings, &l.peer.ID, l.room.ways(), connectionEvents{
		candidate: func(candidate *rtc.Candidate) {
			l.work.Post(func() { l.sendCandidate(fresh, candidate) })
		},
		state:  post(l.stateChanged),
		opened: func() { l.opened(fresh) },
		closed: post(l.closedByPeer),
		message: func(bulk bool, data []byte) {
			l.heard(fresh)
			l.message(fresh, bulk, data)
		},
	})
	if err != nil {
		return nil, err
	}
	l.use(fresh)
	return fresh, nil
}

// sendCandidate sends one of this side's candidates; nil means that there are no
// more.
func (l *link) sendCandidate(connection *connection, candidate *rtc.Candidate) {
	if connection.ways.RelayOnly && candidate != nil {
		hidden := *candidate
		if hidden.Candidate = hideAddresses(candidate.Candidate); hidden.Candidate == "" {
			return
		}
		candidate = &hidden
	}
	if connection == l.newest() {
		l.outbox.Put(candidateSignal(connection.id, l.negotiation.Epoch, connection.pc.LocalSDP, candidate))
	}
}

// candidateSignal returns the signal for a candidate of the connection that local
// describes; nil means that there are no more.
func candidateSignal(connectionID string, epoch uint32, local func() string, candidate *rtc.Candidate) *signalingv1.Signal {
	signal := &signalingv1.Signal{ConnectionId: connectionID, Epoch: epoch}
	if candidate == nil {
		signal.Payload = &signalingv1.Signal_EndOfCandidates{
			EndOfCandidates: &signalingv1.EndOfCandidates{UsernameFragment: firstUfrag(local())},
		}
		return signal
	}
	ufrag := candidate.UsernameFragment
	if ufrag == nil || *ufrag == "" {
		ufrag = firstUfrag(local())
	}
	signal.Payload = &signalingv1.Signal_Candidate{Candidate: &signalingv1.IceCandidate{
		Candidate: candidate.Candidate, SdpMid: candidate.SDPMid, SdpMLineIndex: candidate.SDPMLineIndex, UsernameFragment: ufrag,
	}}
	return signal
}

// firstUfrag returns the first username fragment of a description, or "".
func firstUfrag(sdp string) *string {
	return &slices.Concat(negotiation.UsernameFragments(sdp), []string{""})[0]
}
