package p2p

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// signaling is a room's connection to the server. It follows the JoinRoom
// stream until every pair is confirmed, and again while a link is interrupted,
// and sends this side's signals and reports. Losing it does not end a room
// whose links are up. Its methods are safe for concurrent use.
type signaling struct {
	room     *Room
	member   member
	clock    timeouts
	progress *progress
	stream   *stream
	cursor   string // belongs to follow, and so does the next field

	joinAlone bool // without first signals

	ctx     context.Context // ends with the room
	cancel  context.CancelFunc
	working sync.WaitGroup // follow and reports

	mu           sync.Mutex      // guards the following fields
	streamCtx    context.Context // ends when the stream is released, at the latest with ctx
	release      context.CancelFunc
	ended        chan struct{}                                // closed when the stream is over
	live         time.Time                                    // since when events arrive from the server; zero: they do not
	ice          rtc.Configuration                            // what the server says of the ways to peers
	renewal      *time.Timer                                  // runs until fresh credentials are asked for
	proof        []byte                                       // of this member
	confirmed    map[string]bool                              // by peer id
	unanswered   map[string]*signalingv1.ReportOutcomeRequest // by peer id: what the server must hear, and may not have
	releasedOnce bool                                         // every pair was confirmed, and the stream was released
	releaseTimer *time.Timer                                  // runs while no link needs the server
	released     bool
	over         bool // the server has closed the room, or removed this member
	refused      bool // the server no longer accepts the token
	stopped      bool
}

func newSignaling(room *Room, token string, ways rtc.Configuration, progress *progress) *signaling {
	s := &signaling{
		room:       room,
		member:     newMember(room.settings, token),
		clock:      room.settings.clock,
		progress:   progress,
		ice:        ways, // until the server says more
		confirmed:  map[string]bool{},
		unanswered: map[string]*signalingv1.ReportOutcomeRequest{},
	}
	s.stream = s.newStream()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// whenStreamEnds calls work in a goroutine of its own when the current stream is
// over.
func (s *signaling) whenStreamEnds(work func()) {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	go func() {
		<-ended
		work()
	}()
}

// background runs work unless the room has stopped; stop waits for it.
func (s *signaling) background(work func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backgroundLocked(work)
}

func (s *signaling) backgroundLocked(work func()) {
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
	s.stopReleaseTimerLocked()
	s.stopRenewalLocked()
	leave := !s.released && !s.over
	s.mu.Unlock()
	s.cancel()
	s.working.Wait()
	if leave {
		go s.leave(context.WithoutCancel(s.ctx))
	}
}

// leave tells the server what it has not heard yet, and that this member leaves.
// The reports come first: a peer that says goodbye at once and conceals that it
// was connected must not get its place in the queue back.
func (s *signaling) leave(ctx context.Context) {
	s.mu.Lock()
	unanswered := slices.Collect(maps.Values(s.unanswered))
	s.mu.Unlock()
	var reporting sync.WaitGroup
	for _, request := range unanswered {
		reporting.Go(func() { _ = retry.Within(ctx, s.clock.goodbye, s.reportOnce(request)) })
	}
	reporting.Wait()
	leaveRoom(ctx, s.member, s.clock)
}

// leaveRoom tells the server once that this member leaves. If that fails, the
// server notices later by itself.
func leaveRoom(ctx context.Context, member member, clock timeouts) {
	_ = retry.Within(ctx, clock.goodbye, member.leaveRoom)
}

// connected notes that the link to a peer was open, and its proof if it has sent
// one. The server hears it even if the room ends before anything else happens,
// unless the pair is confirmed. It does not block.
func (s *signaling) connected(peerID string, proof []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.confirmed[peerID] {
		s.unanswered[peerID] = &signalingv1.ReportOutcomeRequest{
			PeerId: peerID, Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{PeerProof: proof}},
		}
	}
}

func (s *signaling) ownProof() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proof
}

func (s *signaling) isConfirmed(peerID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.confirmed[peerID]
}

// report tells the server how connecting to a peer went. It retries until the
// server has answered.
func (s *signaling) report(request *signalingv1.ReportOutcomeRequest) {
	s.background(func() {
		if retry.Persist(s.ctx, s.clock.call, s.reportOnce(request)) == nil {
			s.mu.Lock()
			delete(s.unanswered, request.GetPeerId())
			s.mu.Unlock()
		}
	})
}

func (s *signaling) reportOnce(request *signalingv1.ReportOutcomeRequest) func(context.Context) error {
	return func(ctx context.Context) error {
		response, err := s.member.reportOutcome(ctx, request)
		if rpc.Names(err, "connected.peer_proof") { // the peer has sent rubbish
			response, err = s.member.reportOutcome(ctx, withoutProof(request))
		}
		if response.GetConfirmed() {
			s.confirm(request.GetPeerId())
		}
		return err
	}
}

// withoutProof returns a copy of a report of a connection.
func withoutProof(request *signalingv1.ReportOutcomeRequest) *signalingv1.ReportOutcomeRequest {
	report, connected := *request, *request.GetConnected()
	connected.PeerProof = nil
	report.Outcome = &signalingv1.ReportOutcomeRequest_Connected{Connected: &connected}
	return &report
}

// sender returns the function with which an outbox sends signals to a peer.
func (s *signaling) sender(peerID string) func(context.Context, uint64, []*signalingv1.Signal) (uint64, error) {
	return func(ctx context.Context, firstSeq uint64, signals []*signalingv1.Signal) (lastStored uint64, err error) {
		ctx, cancel := context.WithTimeout(ctx, s.clock.call)
		defer cancel()
		response, err := s.member.sendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peerID, FirstSeq: firstSeq, Signals: signals})
		return response.GetLastStoredSeq(), err
	}
}

func (s *signaling) ways() rtc.Configuration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ice
}

// liveSince returns since when events arrive from the server, or zero while they
// do not.
func (s *signaling) liveSince() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live
}

// closedRoom reports whether the server has closed the room.
func (s *signaling) closedRoom() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over && !s.refused
}
