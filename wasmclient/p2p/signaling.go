package p2p

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"connectrpc.com/connect"
	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/types/known/durationpb"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// signaling is the server's side of a room: it follows the JoinRoom stream
// until every pair is confirmed, and carries this side's signals and reports.
// Losing it does not end a room whose links are open.
type signaling struct {
	room   *Room
	client signalingv1connect.SignalingServiceClient // sends the room token
	clock  timeouts
	news   *progress
	cursor string // belongs to follow

	ctx    context.Context // ends with the room
	cancel context.CancelFunc
	// stream ends when the stream is released, at the latest with ctx.
	stream  context.Context
	release context.CancelFunc
	ended   chan struct{}  // the stream is over
	working sync.WaitGroup // follow and reports

	mu        sync.Mutex // guards the following fields
	ice       []webrtc.ICEServer
	confirmed map[string]bool // by peer id
	released  bool
	over      bool // the server knows that the room, or this member, is done
	stopped   bool
}

func newSignaling(room *Room, token string, news *progress) *signaling {
	s := &signaling{
		room:      room,
		client:    signalingv1connect.NewSignalingServiceClient(room.settings.httpClient, room.settings.signaling, WithRoomToken(token)),
		clock:     room.settings.clock,
		news:      news,
		confirmed: map[string]bool{},
		ended:     make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.stream, s.release = context.WithCancel(s.ctx)
	return s
}

// start follows the room in the background. Call it once, before stop.
func (s *signaling) start() {
	s.background(func() {
		defer close(s.ended)
		s.follow()
	})
}

// whenStreamEnds calls back from a goroutine of its own, after start.
func (s *signaling) whenStreamEnds(work func()) {
	go func() {
		<-s.ended
		work()
	}()
}

// background runs work unless the room has stopped; stop waits for it.
func (s *signaling) background(work func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.working.Go(work)
	}
}

// stop ends everything and says goodbye to the server in the background.
//
//nolint:contextcheck,nolintlint // closing a room goes on when the caller's context has ended
func (s *signaling) stop() {
	s.mu.Lock()
	s.stopped = true
	leave := !s.released && !s.over
	s.mu.Unlock()
	s.cancel()
	s.working.Wait()
	if leave {
		go leaveRoom(context.WithoutCancel(s.ctx), s.client, s.clock)
	}
}

// leaveRoom is best effort: the server notices by itself, only later.
func leaveRoom(ctx context.Context, client signalingv1connect.SignalingServiceClient, clock timeouts) {
	_ = within(ctx, clock.goodbye, func(ctx context.Context) error {
		_, err := client.LeaveRoom(ctx, &signalingv1.LeaveRoomRequest{})
		return err
	})
}

func (s *signaling) follow() {
	joined := &stream[signalingv1.JoinRoomResponse]{
		clock:    s.clock,
		handle:   s.handle,
		retrying: func(err error) { s.news.tell(Progress{Stage: StageRetrying, Err: err}) },
		open: func(ctx context.Context, attempt uint32, maxStream *durationpb.Duration) (*connect.ServerStreamForClient[signalingv1.JoinRoomResponse], error) {
			return s.client.JoinRoom(ctx, &signalingv1.JoinRoomRequest{Cursor: s.cursor, Attempt: attempt, MaxStream: maxStream})
		},
	}
	err := joined.follow(s.stream)
	var ended *EndedError
	if !errors.As(err, &ended) {
		return
	}
	s.markOver()
	if code := connect.CodeOf(ended.Err); code == connect.CodeFailedPrecondition || code == connect.CodeNotFound {
		s.room.settle(&missedError{err: ended.Err}) // the room was over before this side came
		return
	}
	s.room.settle(ended)
}

func (s *signaling) markOver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// handle takes one event. It must not block, so links get theirs posted.
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
		s.post(event.PeerResynced.GetPeerId(), func(l *link) { l.outbox.resend() })
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
	var servers []webrtc.ICEServer
	for _, server := range welcome.GetIceServers() {
		ice := webrtc.ICEServer{URLs: server.GetUrls(), Username: server.GetUsername()}
		if server.GetCredential() != "" {
			ice.Credential = server.GetCredential()
		}
		servers = append(servers, ice)
	}
	s.mu.Lock()
	s.ice = servers
	s.mu.Unlock()
	s.news.tell(Progress{Stage: StageConnecting})
	for _, peer := range welcome.GetPeers() {
		s.post(peer.GetPeerId(), func(l *link) { l.welcome(peer) })
	}
}

func (s *signaling) post(peerID string, work func(*link)) {
	if link := s.room.link(peerID); link != nil {
		link.inbox.post(func() { work(link) })
	}
}

// closed takes the server's verdict. An open link outlives it.
func (s *signaling) closed(closed *signalingv1.RoomClosed) {
	s.markOver()
	s.room.settle(&missedError{
		failed:       closed.GetReason() == signalingv1.RoomClosed_REASON_CONNECT_FAILED,
		requeueToken: closed.GetRequeueToken(),
		err:          fmt.Errorf("room closed: %s", closed.GetReason()),
	})
}

func (s *signaling) detached(detached *signalingv1.Detached) error {
	switch detached.GetReason() {
	case signalingv1.Detached_REASON_FENCED, signalingv1.Detached_REASON_STALE_ATTEMPT:
		return &EndedError{Reason: ReasonSuperseded}
	default:
		return &detachedError{retryAfter: detached.GetRetryAfter().AsDuration()}
	}
}

// confirm counts the pairs both sides reported; after the last one the stream
// is let go, a little later, so that the other side gets its news too.
func (s *signaling) confirm(peerID string) {
	s.mu.Lock()
	s.confirmed[peerID] = true
	all := len(s.confirmed) == len(s.room.links)
	s.mu.Unlock()
	if !all {
		return
	}
	s.background(func() {
		if sleep(s.ctx, s.clock.release) != nil {
			return
		}
		s.mu.Lock()
		s.released = true
		s.mu.Unlock()
		s.release()
	})
}

// report tells the server how connecting to a peer went, until it knows.
func (s *signaling) report(request *signalingv1.ReportOutcomeRequest) {
	s.background(func() {
		_ = persist(s.ctx, s.clock.call, func(ctx context.Context) error {
			_, err := s.client.ReportOutcome(ctx, request)
			return err
		})
	})
}

// sender returns what an outbox to a peer sends with.
func (s *signaling) sender(peerID string) func(context.Context, uint64, []*signalingv1.Signal) (uint64, error) {
	return func(ctx context.Context, firstSeq uint64, signals []*signalingv1.Signal) (lastStored uint64, err error) {
		ctx, cancel := context.WithTimeout(ctx, s.clock.call)
		defer cancel()
		response, err := s.client.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peerID, FirstSeq: firstSeq, Signals: signals})
		return response.GetLastStoredSeq(), err
	}
}

func (s *signaling) iceServers() []webrtc.ICEServer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ice
}
