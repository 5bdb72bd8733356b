package room

import (
	"encoding/binary"
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
		text := EncodeSignal(want)
		got, err := DecodeSignal(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v, want what was stored:\n%s", err, diff)
		}
		if got, err = DecodeSignal(longer(text)); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("of a newer program: %+v, %v", got, err)
		}
		for i := range text {
			if got, err := DecodeSignal(text[:i]); err == nil {
				t.Fatalf("decode the first %d bytes: %+v, want an error", i, got)
			}
		}
	}
}

// TestRoomsAreStoredAsTheyAre encodes and decodes rooms of random runs.
func TestRoomsAreStoredAsTheyAre(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		play(t, seed, func(_, r *Room, _ *Change) {
			if r == nil {
				return
			}
			text := Encode(r)
			got, err := Decode(text)
			if diff := cmp.Diff(r, got); err != nil || diff != "" {
				t.Fatalf("seed %d: %v, want what was stored:\n%s", seed, err, diff)
			}
			if got, err = Decode(longer(text)); err != nil || cmp.Diff(r, got) != "" {
				t.Fatalf("seed %d: of a newer program: %v", seed, err)
			}
		})
	}
}

// longer returns a text with more at the end of its outermost section, as a
// newer version of this program may write it.
func longer(text string) string {
	more := []byte(text + "something new")
	binary.LittleEndian.PutUint32(more, uint32(len(more)-4))
	return string(more)
}

// FuzzDecode proves that whatever a store has can be read or is refused, and
// that what is read can be used.
func FuzzDecode(f *testing.F) {
	play(f, 1, func(_, r *Room, _ *Change) {
		if r != nil {
			f.Add(Encode(r))
		}
	})
	f.Add("")
	f.Add("\x00\x00\x00\x00")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Decode(Encode(r))
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Errorf("%v, want the same again:\n%s", err, diff)
		}
		c := Begin(r, r.Stamp+1, nil)
		c.ResyncAll()
		if c.Room != nil {
			c.Room.Holds()
			c.Room.Due()
		}
	})
}
