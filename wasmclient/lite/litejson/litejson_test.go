package litejson_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// Random messages of all types are compared with protojson in
// services/internal/contract.

var schema = litejson.Parse(chatv1.Schema, matchmakingv1.Schema, signalingv1.Schema)

func encoded(t testing.TB, message lite.Message) []byte {
	t.Helper()
	data, err := lite.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestJSON(t *testing.T) {
	t.Parallel()
	mid, line := "", uint32(0)
	for _, test := range []struct {
		name    string
		message lite.Message
		want    string
	}{
		{"chat.v1.Typing", &chatv1.Typing{}, `{}`},
		{"chat.v1.Text", &chatv1.Text{Text: "\"\\\n\x01é猫"}, `{"text":"\"\\\n\u0001é猫"}`},
		{"chat.v1.Credit", &chatv1.Credit{ChatBytes: 1 << 60}, `{"chatBytes":"1152921504606846976"}`},
		{"chat.v1.Bye", &chatv1.Bye{Reason: 99}, `{"reason":99}`},
		{"chat.v1.Receipt", &chatv1.Receipt{MessageIds: []string{"a", ""}}, `{"messageIds":["a",""]}`},
		{"chat.v1.Envelope", &chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: chatv1.Bye_REASON_NEXT}}}, `{"bye":{"reason":"REASON_NEXT"}}`},
		{"signaling.v1.Welcome", &signalingv1.Welcome{
			Slot: 1, Resumed: true, Proof: []byte{255, 254}, IceExpiresIn: lite.NewDuration(1_500_000_000),
			Peers: []*signalingv1.Peer{{State: signalingv1.Peer_STATE_AWAY}, {}},
		}, `{"slot":1,"resumed":true,"peers":[{"state":"STATE_AWAY"},{}],"iceExpiresIn":"1.500s","proof":"//4="}`},
		{"signaling.v1.IceCandidate", &signalingv1.IceCandidate{SdpMid: &mid, SdpMLineIndex: &line}, `{"sdpMid":"","sdpMLineIndex":0}`},
	} {
		if got, err := schema.JSON("wasmp2pchat."+test.name, encoded(t, test.message), nil); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v, want %s", test.name, got, err, test.want)
		}
	}
	if _, err := schema.JSON("wasmp2pchat.chat.v1.None", nil, nil); !errors.Is(err, litejson.ErrUnknown) {
		t.Errorf("unknown message: error %v", err)
	}
}

// view shows a secret as its length, and leaves the rest.
func view(field, text string) string {
	if field == "wasmp2pchat.chat.v1.Proof.value" || field == "wasmp2pchat.chat.v1.Text.text" {
		return strconv.Itoa(len(text))
	}
	return ""
}

func TestView(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		message *chatv1.Envelope
		want    string
	}{
		{&chatv1.Envelope{MessageId: "id", Content: &chatv1.Envelope_Proof{Proof: &chatv1.Proof{Value: []byte("1234")}}}, `{"messageId":"id","proof":{"value":8}}`},
		{&chatv1.Envelope{Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: "123"}}}, `{"text":{"text":3}}`},
		{&chatv1.Envelope{Content: &chatv1.Envelope_Text{Text: &chatv1.Text{}}}, `{"text":{}}`},
	} {
		if got, err := schema.JSON("wasmp2pchat.chat.v1.Envelope", encoded(t, test.message), view); err != nil || got != test.want {
			t.Errorf("got %s, %v, want %s", got, err, test.want)
		}
	}
}

// FuzzJSON reads what a hostile server or peer could send as each kind of message.
func FuzzJSON(f *testing.F) {
	f.Add("wasmp2pchat.matchmaking.v1.FindMatchResponse", []byte(nil))
	f.Add("wasmp2pchat.matchmaking.v1.FindMatchResponse", encoded(f, &matchmakingv1.FindMatchResponse{
		Event: &matchmakingv1.FindMatchResponse_Matched{Matched: &matchmakingv1.Matched{
			Members: []*matchmakingv1.Member{{Introduction: encoded(f, &signalingv1.SignalBatch{FirstSeq: 1})}},
		}},
	}))
	f.Add("wasmp2pchat.signaling.v1.Welcome", encoded(f, &signalingv1.Welcome{IceExpiresIn: &lite.Duration{Seconds: -1, Nanos: -2_000_000_000}}))
	f.Add("wasmp2pchat.chat.v1.Envelope", encoded(f, &chatv1.Envelope{Content: &chatv1.Envelope_Proof{Proof: &chatv1.Proof{Value: []byte("x")}}}))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for _, view := range []litejson.View{nil, view} {
			text, err := schema.JSON(name, data, view)
			switch {
			case errors.Is(err, litejson.ErrUnknown), errors.Is(err, lite.ErrMalformed), errors.Is(err, lite.ErrNotUTF8):
			case err != nil:
				t.Errorf("unexpected error %v", err)
			case !json.Valid([]byte(text)):
				t.Errorf("no JSON: %s", text)
			}
		}
	})
}
