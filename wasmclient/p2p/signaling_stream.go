package p2p

import (
	"context"
	"errors"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

func (s *signaling) newStream() *stream {
	return &stream{
		clock: s.clock,
		next: func() (lite.Message, func() error) {
			event := new(signalingv1.JoinRoomResponse)
			return event, func() error { return s.handle(event) }
		},
		broken:   func() { s.enter(SignalingResuming) },
		retrying: func(err error) { s.progress.report(retrying(err)) },
		open: func(ctx context.Context, attempt uint32, maxStream *lite.Duration) (*rpc.Events, error) {
			return s.member.joinRoom(ctx, &signalingv1.JoinRoomRequest{
				Cursor: s.cursor, Attempt: attempt, MaxStream: maxStream, FirstSignals: s.firstSignals(),
			})
		},
	}
}

// follow follows the room until the stream is released or ended.
func (s *signaling) follow(ctx context.Context) {
	err := s.stream.follow(ctx)
	if rpc.Names(err, "first_signals") { // some of them can never be stored: the outboxes leave those out
		s.joinAlone = true
		err = s.stream.follow(ctx)
	}
	var ended *EndedError
	if !errors.As(err, &ended) {
		return
	}
	code := rpc.CodeOf(ended.Err)
	s.lose(code == rpc.CodeUnauthenticated || code == rpc.CodePermissionDenied)
	switch {
	case ended.Reason == ReasonStreamBlocked: // or the network is down: the next ticket finds out
		s.room.conclude(&missedError{reason: ReasonConnectFailed, err: ended.Err})
	case code == rpc.CodeFailedPrecondition, code == rpc.CodeNotFound:
		s.room.conclude(&missedError{err: ended.Err}) // the room was over before this side came
	default:
		s.room.conclude(ended)
	}
}

// firstSignals returns what the first join takes along.
func (s *signaling) firstSignals() []*signalingv1.SignalBatch {
	var batches []*signalingv1.SignalBatch
	for _, link := range s.room.links {
		first, signals := link.outbox.Join(s.joinAlone)
		if len(signals) > 0 {
			batches = append(batches, &signalingv1.SignalBatch{ToPeerId: link.peer.ID, FirstSeq: first, Signals: signals})
		}
	}
	return batches
}

// lose is called when the server no longer accepts this side as a member.
func (s *signaling) lose(refused bool) {
	s.mu.Lock()
	s.over, s.refused = true, refused
	s.mu.Unlock()
	s.enter(SignalingLost)
}

// enter sets a new state and runs the repairs that wait for the server.
func (s *signaling) enter(state SignalingState) {
	s.mu.Lock()
	s.enterLocked(state)
	s.mu.Unlock()
	for _, link := range s.room.links {
		link.work.Post(link.beat)
	}
}

func (s *signaling) enterLocked(state SignalingState) {
	switch {
	case state != SignalingLive:
		s.live = time.Time{}
	case s.live.IsZero():
		s.live = time.Now()
	}
	s.room.changes.setSignaling(state)
}

// handle processes one event. It must not block, so it posts the work of links
// to them.
func (s *signaling) handle(response *signalingv1.JoinRoomResponse) error {
	if cursor := response.GetCursor(); cursor != "" {
		s.cursor = cursor
	}
	switch event := response.GetEvent().(type) {
	case *signalingv1.JoinRoomResponse_Welcome:
		s.welcome(event.Welcome)
	case *signalingv1.JoinRoomResponse_PeerJoined:
		peer := event.PeerJoined.GetPeer()
		s.post(peer.GetPeerId(), func(l *link) { l.setPresence(signalingv1.Peer_STATE_PRESENT) })
	case *signalingv1.JoinRoomResponse_PeerState:
		s.post(event.PeerState.GetPeerId(), func(l *link) { l.setPresence(event.PeerState.GetState()) })
	case *signalingv1.JoinRoomResponse_PeerResynced:
		s.post(event.PeerResynced.GetPeerId(), func(l *link) { l.outbox.Resend() })
	case *signalingv1.JoinRoomResponse_SignalsReceived:
		s.post(event.SignalsReceived.GetFromPeerId(), func(l *link) { l.receive(event.SignalsReceived.GetSignals()) })
	case *signalingv1.JoinRoomResponse_PairConfirmed:
		s.confirm(event.PairConfirmed.GetPeerId())
	case *signalingv1.JoinRoomResponse_RoomClosed:
		s.closed(event.RoomClosed)
		return errDone
	case *signalingv1.JoinRoomResponse_Detached:
		return s.detached(event.Detached)
	}
	return nil
}

func (s *signaling) welcome(welcome *signalingv1.Welcome) {
	s.mu.Lock()
	s.ice, s.proof = waysOf(welcome.GetIceServers(), welcome.GetIcePolicy()), welcome.GetProof()
	s.enterLocked(SignalingLive)
	s.mu.Unlock()
	s.renew(welcome.GetIceExpiresIn().AsDuration())
	s.progress.report(Progress{Stage: StageConnecting})
	for _, peer := range welcome.GetPeers() {
		s.post(peer.GetPeerId(), func(l *link) { l.welcome(peer, welcome.GetResumed()) })
	}
	s.updateReleaseTimer()
}

func (s *signaling) post(peerID string, work func(*link)) {
	if link := s.room.link(peerID); link != nil {
		link.work.Post(func() { work(link) })
	}
}

// closed processes RoomClosed. An open link goes on after it. An interrupted
// link ends if the reason is that everybody else has left.
func (s *signaling) closed(closed *signalingv1.RoomClosed) {
	s.lose(false)
	if closed.GetReason() == signalingv1.RoomClosed_REASON_LEFT {
		for _, link := range s.room.links {
			link.work.Post(func() { link.setPresence(signalingv1.Peer_STATE_LEFT) })
		}
	}
	missed := &missedError{
		reason:       missedReason(closed.GetReason()),
		requeueToken: closed.GetRequeueToken(),
		err:          errors.New("room closed: " + closed.GetReason().String()),
	}
	connecting := false
	if missed.reason == ReasonConnectFailed {
		for _, link := range s.room.links {
			if link.currentState() == linkConnecting {
				connecting = true
				link.work.Post(func() { link.notConnected(missed) })
			}
		}
	}
	if !connecting {
		s.room.conclude(missed)
	}
}

// missedReason returns the reason with which a search ends when rooms close so
// several times in a row. Empty: such a room never ends a search.
func missedReason(reason signalingv1.RoomClosed_Reason) Reason {
	switch reason {
	case signalingv1.RoomClosed_REASON_CONNECT_FAILED:
		return ReasonConnectFailed
	case signalingv1.RoomClosed_REASON_PEER_MISSING, signalingv1.RoomClosed_REASON_PEER_LOST:
		return ReasonPeerMissing
	default:
		return ""
	}
}

func (s *signaling) detached(detached *signalingv1.Detached) error {
	switch detached.GetReason() {
	case signalingv1.Detached_REASON_FENCED, signalingv1.Detached_REASON_STALE_ATTEMPT:
		return &EndedError{Reason: ReasonSuperseded}
	default:
		return &detachedError{retryAfter: detached.GetRetryAfter().AsDuration()}
	}
}
