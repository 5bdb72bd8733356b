//go:build !js

package p2p

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// shownFields are the fields of text and bytes whose values a trace shows. What is here is
// no secret, and names nobody beyond this room.
var shownFields = []string{
	"matchmaking.v1.CancelMatchRequest.pool",
	"matchmaking.v1.FindMatchRequest.interests",
	"matchmaking.v1.FindMatchRequest.pool",
	"matchmaking.v1.GetPoolRequest.pool",
	"matchmaking.v1.Matched.interest",
	"matchmaking.v1.Matched.peerId",
	"matchmaking.v1.Matched.roomId",
	"matchmaking.v1.Member.peerId",
	"signaling.v1.Connected.localCandidateType",
	"signaling.v1.Connected.remoteCandidateType",
	"signaling.v1.EndOfCandidates.usernameFragment",
	"signaling.v1.IceCandidate.candidate",
	"signaling.v1.IceCandidate.sdpMid",
	"signaling.v1.IceCandidate.usernameFragment",
	"signaling.v1.IceServer.urls",
	"signaling.v1.JoinRoomRequest.cursor",
	"signaling.v1.JoinRoomResponse.cursor",
	"signaling.v1.PairConfirmed.peerId",
	"signaling.v1.Peer.peerId",
	"signaling.v1.PeerResynced.peerId",
	"signaling.v1.PeerState.peerId",
	"signaling.v1.ReportOutcomeRequest.connectionId",
	"signaling.v1.ReportOutcomeRequest.peerId",
	"signaling.v1.SendSignalsRequest.toPeerId",
	"signaling.v1.SessionDescription.sdp", // but for the passwords in it
	"signaling.v1.Signal.connectionId",
	"signaling.v1.SignalBatch.toPeerId",
	"signaling.v1.SignalsReceived.fromPeerId",
	"signaling.v1.Welcome.peerId",
	"chat.v1.Envelope.messageId",
}

// contentFields are those of messages that are never traced: people write them.
var contentFields = []string{
	"chat.v1.Data.type", "chat.v1.Data.value", "chat.v1.FileAck.offerId", "chat.v1.FileAnswer.offerId", "chat.v1.FileCancel.offerId", "chat.v1.FileEnd.offerId", "chat.v1.FileEnd.sha256",
	"chat.v1.FileChunk.data", "chat.v1.FileChunk.offerId", "chat.v1.FileOffer.mediaType", "chat.v1.FileOffer.name",
	"chat.v1.Receipt.messageIds", "chat.v1.Text.text",
}

// TestEveryTextIsShownOrMasked fails for a field that is new, until somebody decides.
func TestEveryTextIsShownOrMasked(t *testing.T) {
	t.Parallel()
	tracing := newTracing(func(Trace) {})
	known := map[string]bool{}
	protoregistry.GlobalTypes.RangeMessages(func(kind protoreflect.MessageType) bool {
		fields := kind.Descriptor().Fields()
		for i := range fields.Len() {
			field := fields.Get(i)
			name, ours := strings.CutPrefix(string(kind.Descriptor().FullName()), "wasmp2pchat.")
			if !ours || field.Kind() != protoreflect.StringKind && field.Kind() != protoreflect.BytesKind {
				continue
			}
			name += "." + field.JSONName()
			known[name] = true
			lists := 0
			for _, list := range [][]string{shownFields, contentFields} {
				if slices.Contains(list, name) {
					lists++
				}
			}
			const secret = "the secret of somebody"
			masked := tracing.show("wasmp2pchat."+name, secret) == `"the … (22 characters)"`
			if masked {
				lists++
			}
			if lists != 1 {
				t.Errorf("%s is on %d of the lists of what is shown, masked or never traced", name, lists)
			}
		}
		return true
	})
	for _, name := range slices.Concat(shownFields, contentFields, maskedFields) {
		if !known[strings.TrimPrefix(name, "wasmp2pchat.")] {
			t.Errorf("%s is listed, and no field", name)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{
		"":                           "… (0 characters)",
		"fifteen letters":            "… (15 characters)",
		"sixteen letters.":           "sixt… (16 characters)",
		strings.Repeat("猫", 16):      "猫猫猫猫… (16 characters)",
		strings.Repeat("\xff", 1000): "\xff\xff\xff\xff… (1000 characters)",
	} {
		if got := mask(secret); got != want {
			t.Errorf("%q: got %q, want %q", secret, got, want)
		}
	}
}

func TestMaskPasswords(t *testing.T) {
	t.Parallel()
	for sdp, want := range map[string]string{
		"": "",
		"v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=x\r\na=ice-pwd:short\n": "v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123… (22 characters)\r\nm=x\r\na=ice-pwd:… (5 characters)\n",
		"a=ice-pwd:ice-pwd:ice-pwd:": "a=ice-pwd:ice-… (16 characters)",
		"a=ice-pwd:":                 "a=ice-pwd:… (0 characters)",
	} {
		if got := maskPasswords(sdp); got != want {
			t.Errorf("%q: got %q, want %q", sdp, got, want)
		}
	}
}

// TestPasswordsInIntroductions looks where a description is deepest.
func TestPasswordsInIntroductions(t *testing.T) {
	t.Parallel()
	batch, err := lite.Marshal(&signalingv1.SignalBatch{Signals: []*signalingv1.Signal{{Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{Sdp: "a=ice-pwd:0123456789012345678901\r\n"},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		introduction []byte
		want         string
	}{
		{batch, `{"introduction":{"signals":[{"description":{"sdp":"a=ice-pwd:0123… (22 characters)\r\n"}}]}}`},
		{[]byte("\xffno batch of signals"), `{"introduction":"/25v… (28 characters)"}`},
	} {
		member, err := lite.Marshal(&matchmakingv1.Member{Introduction: test.introduction})
		if err != nil {
			t.Fatal(err)
		}
		var got Trace
		newTracing(func(step Trace) { got = step }).tell(&Trace{Type: "wasmp2pchat.matchmaking.v1.Member"}, member)
		if got.JSON != test.want {
			t.Errorf("got %s, want %s", got.JSON, test.want)
		}
	}
}

func TestShowToken(t *testing.T) {
	t.Parallel()
	encode := base64.RawURLEncoding.EncodeToString
	sealed := strings.Repeat("x", 100)
	token := encode([]byte(`{"alg":"HS256","kid":"57uN","typ":"room"}`)) + "." + encode([]byte(`{"aud":"sig","exp":946728000,"c":"`+sealed+`"}`)) + ".signature"
	want := `{"header":{"alg":"HS256","kid":"57uN","typ":"room"},"claims":{"aud":"sig","exp":946728000,"c":"xxxx… (100 characters)"}}`
	if got := showToken(token); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, token := range []string{"", "a secret that is not a token", "a.b", "!!.!!.!!", encode([]byte("\xff")) + "..", strings.Repeat(".", 1000)} {
		if got := showToken(token); !json.Valid([]byte(got)) && token != "" && strings.Count(token, ".") != 2 {
			t.Errorf("%q: %s is no JSON", token, got)
		}
		if got := showToken(token); len(token) > 16 && strings.Contains(got, token) {
			t.Errorf("%q is shown", token)
		}
	}
}
