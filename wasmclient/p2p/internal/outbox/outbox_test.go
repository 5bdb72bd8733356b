package outbox

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	errdetails "github.com/wasmp2pchat/wasmp2pchat/gen/golite/google/rpc"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// store is a peer's inbox at the server.
type store struct {
	texts   []string // by seq, from 1
	batches [][]string
	fail    []error // of the next calls
}

func (s *store) send(_ context.Context, first uint64, signals []*signalingv1.Signal) (uint64, error) {
	var batch []string
	for i, signal := range signals {
		text := signal.GetDescription().GetSdp() + signal.GetCandidate().GetCandidate()
		batch = append(batch, text)
		if first+uint64(i) == uint64(len(s.texts))+1 {
			s.texts = append(s.texts, text)
		}
	}
	s.batches = append(s.batches, batch)
	if len(s.fail) > 0 {
		err := s.fail[0]
		s.fail = s.fail[1:]
		return 0, err
	}
	return uint64(len(s.texts)), nil
}

// running returns an outbox on a fresh store; it must be used in a synctest
// bubble.
func running(t *testing.T) (*Outbox, *store) {
	t.Helper()
	server := &store{}
	outbox := New(20*time.Millisecond, server.send)
	go outbox.Run(t.Context())
	return outbox, server
}

func TestOutboxSendsTheDescriptionAtOnceAndGathersCandidates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		began := time.Now()
		outbox.Put(p2ptest.Offer("offer"))
		synctest.Wait()
		if len(server.batches) != 1 || time.Since(began) != 0 {
			t.Fatalf("%d batches after %v, want the offer at once", len(server.batches), time.Since(began))
		}
		outbox.Put(p2ptest.Candidate("a"))
		p2ptest.Pass(t, 10*time.Millisecond)
		outbox.Put(p2ptest.Candidate("b"))
		p2ptest.PassAnHour(t)
		if len(server.batches) != 2 {
			t.Fatalf("batches %q, want two", server.batches)
		}
		p2ptest.WantTexts(t, server.batches[1], "a", "b")
	})
}

func TestOutboxRetriesUnderTheSameSeq(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		unavailable := &rpc.Error{Code: rpc.CodeUnavailable, Message: "gone for a moment"}
		server.fail = []error{unavailable, unavailable, unavailable} // stored, and yet the answer is lost
		outbox.Put(p2ptest.Offer("offer"))
		outbox.Put(p2ptest.Candidate("a"))
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "offer", "a")
	})
}

func TestOutboxReplaysWhatTheServerLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		outbox.Put(p2ptest.Offer("offer"))
		outbox.Put(p2ptest.Candidate("a"))
		p2ptest.PassAnHour(t)
		server.texts = nil
		outbox.Put(p2ptest.Candidate("b"))
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "offer", "a", "b")
	})
}

func TestOutboxRenumbersWhatItDoesNotKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		outbox.Put(p2ptest.Offer("old offer"))
		outbox.Put(p2ptest.Candidate("old"))
		p2ptest.PassAnHour(t)
		outbox.Put(p2ptest.Offer("new offer"))
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "old offer", "old", "new offer")
		server.texts = nil
		outbox.Acknowledge(0) // as Welcome says after the store was lost
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "new offer")
		outbox.Put(p2ptest.Candidate("new"))
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "new offer", "new")
	})
}

func TestOutboxGoesOnWhereTheServerIsAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		server.texts = []string{"from", "before"}
		outbox.Acknowledge(2)
		outbox.Put(p2ptest.Offer("offer"))
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "from", "before", "offer")
	})
}

func TestOutboxResendsUnderNewSeq(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		outbox.Put(p2ptest.Offer("offer"))
		outbox.Put(p2ptest.Candidate("a"))
		p2ptest.PassAnHour(t)
		outbox.Resend()
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "offer", "a", "offer", "a")
	})
}

func TestWhatIsRefusedWaitsForTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		server.fail = []error{&rpc.Error{Code: rpc.CodeUnauthenticated, Message: "token"}}
		outbox.Put(p2ptest.Offer("offer"))
		p2ptest.PassAnHour(t)
		if len(server.batches) != 1 {
			t.Fatalf("%d calls, want one", len(server.batches))
		}
		server.texts = nil // a new life of the room
		outbox.Welcome(0)
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "offer")
	})
}

func TestWelcomeEndsAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		for range 20 {
			server.fail = append(server.fail, &rpc.Error{Code: rpc.CodeUnavailable, Message: "down"})
		}
		outbox.Put(p2ptest.Offer("offer"))
		p2ptest.Pass(t, 30*time.Second)
		server.fail, server.texts = nil, nil
		outbox.Welcome(0)
		p2ptest.Pass(t, 100*time.Millisecond)
		p2ptest.WantTexts(t, server.texts, "offer")
	})
}

func TestOutboxKeepsABoundedPast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, server := running(t)
		outbox.Put(p2ptest.Offer("offer"))
		for range 20 {
			outbox.Put(p2ptest.Candidate(strings.Repeat("c", 8<<10)))
			p2ptest.PassAnHour(t)
		}
		if len(server.texts) != 21 {
			t.Errorf("%d signals stored, want 21", len(server.texts))
		}
		if kept := len(outbox.kept); kept != outboxKept/(8<<10) && kept != outboxKept/(8<<10)-1 {
			t.Errorf("%d signals of 8 KB kept, want what fits into 64 KB", kept)
		}
	})
}

// TestOutboxLeavesOutWhatIsRefused sends signals some of which the server never
// accepts: the others are stored, in order, and nothing waits for ever.
func TestOutboxLeavesOutWhatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &store{}
		outbox := New(20*time.Millisecond, func(ctx context.Context, first uint64, signals []*signalingv1.Signal) (uint64, error) {
			bad := &errdetails.BadRequest{}
			for i, signal := range signals {
				if strings.HasPrefix(signal.GetCandidate().GetCandidate(), "bad") {
					bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: fmt.Sprintf("signals[%d].candidate.candidate", i)})
				}
			}
			if len(bad.GetFieldViolations()) == 0 {
				return server.send(ctx, first, signals)
			}
			return 0, p2ptest.RefusedWith(t, rpc.CodeInvalidArgument, "google.rpc.BadRequest", bad)
		})
		go outbox.Run(t.Context())
		outbox.Put(p2ptest.Offer("offer"))
		for _, text := range []string{"bad 1", "a", "bad 2", "b", "c", "bad 3"} {
			outbox.Put(p2ptest.Candidate(text))
		}
		p2ptest.PassAnHour(t)
		outbox.Put(p2ptest.Candidate("bad 4"))
		outbox.Put(p2ptest.Candidate("d"))
		p2ptest.PassAnHour(t)
		p2ptest.WantTexts(t, server.texts, "offer", "a", "b", "c", "d")
	})
}
