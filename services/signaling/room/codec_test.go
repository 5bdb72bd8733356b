package room

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
		text := EncodeSignal(want)
		got, err := DecodeSignal(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v, want what was stored:\n%s", err, diff)
		}
		for i := range text {
			if got, err := DecodeSignal(text[:i]); err == nil {
				t.Fatalf("decode the first %d bytes: %+v, want an error", i, got)
			}
		}
	}
}

// storedRoom is a room that uses every field.
func storedRoom() *Room {
	batch := Batch{Offset: 3, From: 1, Seq: 2, Sizes: []int{1, 2}, Owner: "one", Stamp: 5}
	member := Member{
		State: signaling.Away, Attempt: 1, Stream: "stream", Node: "node",
		Began:  Beginning{Position: Position{Offset: 1, Stamp: 2, Resync: 3}, Resumed: true, Stamp: 4},
		LostAt: 6, LeftAt: 7, Connected: 2, Innocent: true, Resynced: []Instant{0, 8},
		Inbox: Inbox{Top: 4, Trimmed: 2, TrimmedStamp: 1, Delivered: 3, Asked: true, Stored: []uint64{0, 3}, Batches: []Batch{batch}},
	}
	return &Room{
		Life: "life", Owner: "owner", PeerIDs: []string{"a", "b"}, Members: []Member{member, member},
		MatchedAt: 1, Reborn: true, Phase: Connecting, Reason: signaling.ClosedLeft, ClosedAt: 2, Stamp: 3,
		VerdictAt: 4, IdleAt: 5, Lone: 1, ExpiresAt: 6, ForgetAt: 7,
	}
}

func TestRoomsAreStoredAsTheyAre(t *testing.T) {
	t.Parallel()
	want := storedRoom()
	got, err := Decode(encode(want))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, want what was stored:\n%s", err, diff)
	}
	newer := struct {
		Room
		More string `cbor:"99,keyasint"`
	}{*want, "something new"}
	if got, err := Decode(encode(newer)); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("of a newer program: %v", err)
	}
}

// FuzzDecode proves that whatever a store has can be read or is refused, and
// that what is read can be used.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(encode(storedRoom())))
	f.Add([]byte(""))
	f.Add([]byte("\xa0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode(string(data))
		if err != nil {
			return
		}
		change := Begin(r, r.Stamp+1, nil)
		change.ResyncAll()
		if change.Room != nil {
			change.Room.Holds()
			change.Room.Due()
			change.Room.Unread(0, 0)
		}
	})
}
