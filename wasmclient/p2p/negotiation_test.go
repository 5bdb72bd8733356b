package p2p

import (
	"testing"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
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
	signal := candidate("candidate:1")
	signal.GetCandidate().UsernameFragment = &ufrag
	return signal
}

func TestJudgeOffer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		offer *signalingv1.Signal
		want  verdict
	}{
		{"the same again", from("A", 2, describing(remoteSDP)), verdictRepeat},
		{"older", from("A", 1, describing(restartSDP)), verdictDrop},
		{"newer of the same connection", from("A", 3, describing(restartSDP)), verdictApply},
		{"newer of another connection", from("B", 3, describing(anotherSDP)), verdictReplace},
		{"newer with another id", from("B", 3, describing(restartSDP)), verdictReplace},
		{"newer with another certificate", from("A", 3, describing(anotherSDP)), verdictReplace},
		{"without epoch, with another certificate", from("A", 0, describing(anotherSDP)), verdictReplace},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var state negotiation
			state.described(from("A", 2, describing(remoteSDP)))
			if got := state.judgeOffer(test.offer, false, false); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	t.Run("the first, without id and epoch", func(t *testing.T) {
		t.Parallel()
		var state negotiation
		if got := state.judgeOffer(describing(remoteSDP), false, false); got != verdictApply {
			t.Errorf("got %v, want %v", got, verdictApply)
		}
	})
}

func TestJudgeAnswer(t *testing.T) {
	t.Parallel()
	var state negotiation
	state.offer()
	epoch := state.offer()
	answer := from("B", epoch, describing(remoteSDP))
	if got := state.judgeAnswer(answer, true); got != verdictApply {
		t.Errorf("answer to this offer: got %v", got)
	}
	if got := state.judgeAnswer(answer, false); got != verdictDrop {
		t.Errorf("second answer: got %v", got)
	}
	if got := state.judgeAnswer(from("B", epoch-1, describing(remoteSDP)), true); got != verdictDrop {
		t.Errorf("answer to an older offer: got %v", got)
	}
	if got := state.judgeAnswer(from("B", 0, describing(remoteSDP)), true); got != verdictApply {
		t.Errorf("answer that names no offer: got %v", got)
	}
}

// TestJudgeAnswerToARestart judges answers to an ICE restart of a connection that
// is negotiated.
func TestJudgeAnswerToARestart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer *signalingv1.Signal
		want   verdict
	}{
		"new credentials":     {from("A", 2, describing(restartSDP)), verdictApply},
		"old credentials":     {from("A", 2, describing(remoteSDP)), verdictReplace},
		"another id":          {from("B", 2, describing(restartSDP)), verdictReplace},
		"another certificate": {from("A", 0, describing(anotherSDP)), verdictReplace},
	} {
		var state negotiation
		state.described(from("A", 1, describing(remoteSDP)))
		state.offer()
		if got := state.judgeAnswer(test.answer, true); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// TestSuccessor follows the negotiation of a new connection while the old one is
// kept, which the peer may choose as well.
func TestSuccessor(t *testing.T) {
	t.Parallel()
	var state negotiation
	state.described(from("", 1, describing(remoteSDP)))
	state.succeed()
	state.offer()
	if got := state.judgeAnswer(from("", 0, describing(restartSDP)), true); got != verdictDrop {
		t.Errorf("a late answer of the old connection: got %v", got)
	}
	if got := state.judgeAnswer(from("", 0, describing(anotherSDP)), true); got != verdictApply {
		t.Errorf("the answer of a new connection: got %v", got)
	}
	if got := state.judgeOffer(from("", 3, describing(restartSDP)), true, true); got != verdictReturn {
		t.Errorf("a restart of the old connection: got %v", got)
	}
	if got := state.judgeOffer(from("", 3, describing(anotherSDP)), true, true); got != verdictApply {
		t.Errorf("an offer of a new connection: got %v", got)
	}
	state.goBack()
	if got := state.judgeOffer(from("", 3, describing(restartSDP)), false, true); got != verdictApply {
		t.Errorf("a restart after going back: got %v", got)
	}
}

// TestEpochZero follows a peer that never says an epoch, which is legal, through
// its answer, its candidates and an offer of its own.
func TestEpochZero(t *testing.T) {
	t.Parallel()
	var state negotiation
	state.offer()
	early := from("B", 0, withUfrag("good"))
	if got := state.judgeCandidate(early); got != verdictHold {
		t.Fatalf("a candidate before the answer: got %v", got)
	}
	state.early = append(state.early, early)
	answer := from("B", 0, describing(remoteSDP))
	if got := state.judgeAnswer(answer, true); got != verdictApply {
		t.Fatalf("the answer: got %v", got)
	}
	if held := state.described(answer); len(held) != 1 {
		t.Errorf("%d candidates waited for the answer", len(held))
	}
	if got := state.judgeCandidate(early); got != verdictApply {
		t.Errorf("a candidate after the answer: got %v", got)
	}
	next := from("B", 0, withUfrag("next"))
	if got := state.judgeCandidate(next); got != verdictHold {
		t.Errorf("a candidate before its offer: got %v", got)
	}
	restart := from("B", 0, describing(restartSDP))
	for _, test := range []struct {
		offering, polite bool
		want             verdict
	}{{false, false, verdictApply}, {false, true, verdictApply}, {true, true, verdictApply}, {true, false, verdictDrop}} {
		if got := state.judgeOffer(restart, test.offering, test.polite); got != test.want {
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
		want      verdict
	}{
		{"of the applied description", from("A", 2, withUfrag("good")), verdictApply},
		{"without ufrag", from("A", 2, candidate("candidate:1")), verdictApply},
		{"end of candidates", from("A", 2, end), verdictApply},
		{"foreign ufrag", from("A", 2, withUfrag("bad")), verdictDrop},
		{"older epoch", from("A", 1, withUfrag("good")), verdictDrop},
		{"before its description", from("A", 3, withUfrag("next")), verdictHold},
		{"before its connection's description", from("B", 2, withUfrag("next")), verdictHold},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var state negotiation
			state.described(from("A", 2, describing(remoteSDP)))
			if got := state.judgeCandidate(test.candidate); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestEarlyCandidatesAreHeldWithinBounds(t *testing.T) {
	t.Parallel()
	var state negotiation
	var last *signalingv1.Signal
	for range 2 * earlyCandidates {
		last = from("A", 1, withUfrag("good"))
		if got := state.judgeCandidate(last); got != verdictHold {
			t.Fatalf("got %v, want to hold it", got)
		}
		state.hold(last)
	}
	early := state.described(from("A", 1, describing(remoteSDP)))
	if len(early) != earlyCandidates || len(state.early) != 0 || early[earlyCandidates-1] != last {
		t.Errorf("%d handed over and %d kept, want the last %d and none", len(early), len(state.early), earlyCandidates)
	}
	if got := state.judgeCandidate(early[0]); got != verdictApply {
		t.Errorf("an early candidate is judged %v once described", got)
	}
}

func TestNextOfferIsAboveAllSeen(t *testing.T) {
	t.Parallel()
	var state negotiation
	state.described(from("A", 7, describing(remoteSDP)))
	if got := state.offer(); got != 8 {
		t.Errorf("epoch %d, want 8", got)
	}
}

func TestRandomIDsPassTheContract(t *testing.T) {
	t.Parallel()
	if a, b := newRandomID(), newRandomID(); len(a) != 22 || a == b {
		t.Errorf("ids %q and %q, want two of 22 characters", a, b)
	}
}
