package signalingredis

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

func TestSignalsAreStoredAsTheyAre(t *testing.T) {
	t.Parallel()
	empty, mid, index, fragment := "", "0", uint32(0), "a/b+"
	for _, payload := range []signaling.Payload{
		signaling.Description{Type: signaling.Offer, SDP: "v=0\r\ns=é \u2028 <&>\t\"\\\r\n"},
		signaling.Description{Type: signaling.Rollback},
		signaling.Candidate{Candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host"},
		signaling.Candidate{Candidate: "candidate:1", SDPMid: &mid, SDPMLineIndex: &index, UsernameFragment: &fragment},
		signaling.Candidate{SDPMid: &empty, UsernameFragment: &empty},
		signaling.EndOfCandidates{},
		signaling.EndOfCandidates{UsernameFragment: &empty},
		signaling.Renegotiate{},
	} {
		want := signaling.Signal{ConnectionID: "c_1", Epoch: 1<<32 - 1, Payload: payload}
		text := encodeSignal(want)
		got, err := decodeSignal(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v, want what was stored:\n%s", err, diff)
		}
	}
	for _, text := range []string{"", "{}", "[]", `{"x":1}`} {
		if got, err := decodeSignal(text); err == nil {
			t.Errorf("decode %q: %+v, want an error", text, got)
		}
	}
}
