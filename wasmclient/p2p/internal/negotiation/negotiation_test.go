package negotiation

import (
	"testing"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

const (
	remoteSDP  = "v=0\r\na=ice-ufrag:good\r\na=fingerprint:sha-256 AA\r\n"
	restartSDP = "v=0\na=ice-ufrag:next\na=fingerprint:SHA-256 aa\n"       // of the same connection
	anotherSDP = "v=0\r\na=ice-ufrag:next\r\na=fingerprint:sha-256 BB\r\n" // of another one
)

func from(connectionID string, epoch uint32, signal *signalingv1.Signal) *signalingv1.Signal {
	signal.ConnectionId, signal.Epoch = connectionID, epoch
	return signal
}

// withUfrag returns a candidate of that ICE username fragment.
func withUfrag(ufrag string) *signalingv1.Signal {
	signal := p2ptest.Candidate("candidate:1")
	signal.GetCandidate().UsernameFragment = &ufrag
	return signal
}

func TestJudgeOffer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		offer *signalingv1.Signal
		want  Verdict
	}{
		{"the same again", from("A", 2, p2ptest.Offer(remoteSDP)), Repeat},
		{"older", from("A", 1, p2ptest.Offer(restartSDP)), Drop},
		{"newer of the same connection", from("A", 3, p2ptest.Offer(restartSDP)), Apply},
		{"newer of another connection", from("B", 3, p2ptest.Offer(anotherSDP)), Replace},
		{"newer with another id", from("B", 3, p2ptest.Offer(restartSDP)), Replace},
		{"newer with another certificate", from("A", 3, p2ptest.Offer(anotherSDP)), Replace},
		{"without epoch, with another certificate", from("A", 0, p2ptest.Offer(anotherSDP)), Replace},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var state State
			state.Described(from("A", 2, p2ptest.Offer(remoteSDP)))
			if got := state.JudgeOffer(test.offer, false, false); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	t.Run("the first, without id and epoch", func(t *testing.T) {
		t.Parallel()
		var state State
		if got := state.JudgeOffer(p2ptest.Offer(remoteSDP), false, false); got != Apply {
			t.Errorf("got %v, want %v", got, Apply)
		}
	})
}

func TestJudgeAnswer(t *testing.T) {
	t.Parallel()
	var state State
	state.Offer()
	epoch := state.Offer()
	answer := from("B", epoch, p2ptest.Offer(remoteSDP))
	if got := state.JudgeAnswer(answer, true); got != Apply {
		t.Errorf("answer to this offer: got %v", got)
	}
	if got := state.JudgeAnswer(answer, false); got != Drop {
		t.Errorf("second answer: got %v", got)
	}
	if got := state.JudgeAnswer(from("B", epoch-1, p2ptest.Offer(remoteSDP)), true); got != Drop {
		t.Errorf("answer to an older offer: got %v", got)
	}
	if got := state.JudgeAnswer(from("B", 0, p2ptest.Offer(remoteSDP)), true); got != Apply {
		t.Errorf("answer that names no offer: got %v", got)
	}
}

// TestJudgeAnswerToARestart judges answers to an ICE restart of a connection that
// is negotiated.
func TestJudgeAnswerToARestart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer *signalingv1.Signal
		want   Verdict
	}{
		"new credentials":     {from("A", 2, p2ptest.Offer(restartSDP)), Apply},
		"old credentials":     {from("A", 2, p2ptest.Offer(remoteSDP)), Replace},
		"another id":          {from("B", 2, p2ptest.Offer(restartSDP)), Replace},
		"another certificate": {from("A", 0, p2ptest.Offer(anotherSDP)), Replace},
	} {
		var state State
		state.Described(from("A", 1, p2ptest.Offer(remoteSDP)))
		state.Offer()
		if got := state.JudgeAnswer(test.answer, true); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// TestSuccessor follows the negotiation of a new connection while the old one is
// kept, which the peer may choose as well.
func TestSuccessor(t *testing.T) {
	t.Parallel()
	var state State
	state.Described(from("", 1, p2ptest.Offer(remoteSDP)))
	state.Succeed()
	state.Offer()
	if got := state.JudgeAnswer(from("", 0, p2ptest.Offer(restartSDP)), true); got != Drop {
		t.Errorf("a late answer of the old connection: got %v", got)
	}
	if got := state.JudgeAnswer(from("", 0, p2ptest.Offer(anotherSDP)), true); got != Apply {
		t.Errorf("the answer of a new connection: got %v", got)
	}
	if got := state.JudgeOffer(from("", 3, p2ptest.Offer(restartSDP)), true, true); got != Return {
		t.Errorf("a restart of the old connection: got %v", got)
	}
	if got := state.JudgeOffer(from("", 3, p2ptest.Offer(anotherSDP)), true, true); got != Apply {
		t.Errorf("an offer of a new connection: got %v", got)
	}
	state.GoBack()
	if got := state.JudgeOffer(from("", 3, p2ptest.Offer(restartSDP)), false, true); got != Apply {
		t.Errorf("a restart after going back: got %v", got)
	}
}

// TestEpochZero follows a peer that never says an epoch, which is legal, through
// its answer, its candidates and an offer of its own.
func TestEpochZero(t *testing.T) {
	t.Parallel()
	var state State
	state.Offer()
	early := from("B", 0, withUfrag("good"))
	if got := state.JudgeCandidate(early); got != Hold {
		t.Fatalf("a candidate before the answer: got %v", got)
	}
	state.early = append(state.early, early)
	answer := from("B", 0, p2ptest.Offer(remoteSDP))
	if got := state.JudgeAnswer(answer, true); got != Apply {
		t.Fatalf("the answer: got %v", got)
	}
	if held := state.Described(answer); len(held) != 1 {
		t.Errorf("%d candidates waited for the answer", len(held))
	}
	if got := state.JudgeCandidate(early); got != Apply {
		t.Errorf("a candidate after the answer: got %v", got)
	}
	next := from("B", 0, withUfrag("next"))
	if got := state.JudgeCandidate(next); got != Hold {
		t.Errorf("a candidate before its offer: got %v", got)
	}
	restart := from("B", 0, p2ptest.Offer(restartSDP))
	for _, test := range []struct {
		offering, polite bool
		want             Verdict
	}{{false, false, Apply}, {false, true, Apply}, {true, true, Apply}, {true, false, Drop}} {
		if got := state.JudgeOffer(restart, test.offering, test.polite); got != test.want {
			t.Errorf("an offer while offering %v, polite %v: got %v, want %v", test.offering, test.polite, got, test.want)
		}
	}
}

func TestJudgeCandidate(t *testing.T) {
	t.Parallel()
	end := &signalingv1.Signal{Payload: &signalingv1.Signal_EndOfCandidates{EndOfCandidates: &signalingv1.EndOfCandidates{}}}
	tests := []struct {
		name      string
		candidate *signalingv1.Signal
		want      Verdict
	}{
		{"of the applied description", from("A", 2, withUfrag("good")), Apply},
		{"without ufrag", from("A", 2, p2ptest.Candidate("candidate:1")), Apply},
		{"end of candidates", from("A", 2, end), Apply},
		{"foreign ufrag", from("A", 2, withUfrag("bad")), Drop},
		{"older epoch", from("A", 1, withUfrag("good")), Drop},
		{"before its description", from("A", 3, withUfrag("next")), Hold},
		{"before its connection's description", from("B", 2, withUfrag("next")), Hold},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var state State
			state.Described(from("A", 2, p2ptest.Offer(remoteSDP)))
			if got := state.JudgeCandidate(test.candidate); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestEarlyCandidatesAreHeldWithinBounds(t *testing.T) {
	t.Parallel()
	var state State
	var last *signalingv1.Signal
	for range 2 * earlyCandidates {
		last = from("A", 1, withUfrag("good"))
		if got := state.JudgeCandidate(last); got != Hold {
			t.Fatalf("got %v, want to hold it", got)
		}
		state.HoldCandidate(last)
	}
	early := state.Described(from("A", 1, p2ptest.Offer(remoteSDP)))
	if len(early) != earlyCandidates || len(state.early) != 0 || early[earlyCandidates-1] != last {
		t.Errorf("%d handed over and %d kept, want the last %d and none", len(early), len(state.early), earlyCandidates)
	}
	if got := state.JudgeCandidate(early[0]); got != Apply {
		t.Errorf("an early candidate is judged %v once described", got)
	}
}

func TestNextOfferIsAboveAllSeen(t *testing.T) {
	t.Parallel()
	var state State
	state.Described(from("A", 7, p2ptest.Offer(remoteSDP)))
	if got := state.Offer(); got != 8 {
		t.Errorf("epoch %d, want 8", got)
	}
}

func TestRandomIDsPassTheContract(t *testing.T) {
	t.Parallel()
	if a, b := platform.RandomID(), platform.RandomID(); len(a) != 22 || a == b {
		t.Errorf("ids %q and %q, want two of 22 characters", a, b)
	}
}
