//go:build !js

package p2p

import (
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
)

// TestBytesOfTheProtocol checks the bytes that docs/protocol.md shows.
func TestBytesOfTheProtocol(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*chatv1.Envelope{
		`Text "hi"`:  {MessageId: "1", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: "hi"}}},
		"Ping":       {Content: &chatv1.Envelope_Ping{Ping: &chatv1.Ping{Nonce: 5}}},
		"Pong":       {Content: &chatv1.Envelope_Pong{Pong: &chatv1.Pong{Nonce: 5}}},
		"Bye":        {Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: chatv1.Bye_REASON_STOPPED}}},
		"Proof":      {Content: &chatv1.Envelope_Proof{Proof: &chatv1.Proof{Value: []byte{1, 2}}}},
		"Credit":     {Content: &chatv1.Envelope_Credit{Credit: &chatv1.Credit{ChatBytes: 98304, BulkBytes: 98304}}},
		"FileOffer":  {MessageId: "1", Content: &chatv1.Envelope_FileOffer{FileOffer: &chatv1.FileOffer{Name: "a", Size: 5}}},
		"FileAnswer": {Content: &chatv1.Envelope_FileAnswer{FileAnswer: &chatv1.FileAnswer{OfferId: "1", Accepted: true}}},
		"FileChunk":  {Content: &chatv1.Envelope_FileChunk{FileChunk: &chatv1.FileChunk{OfferId: "1", Data: []byte("hi")}}},
		"FileAck":    {Content: &chatv1.Envelope_FileAck{FileAck: &chatv1.FileAck{OfferId: "1", Offset: 5}}},
		"FileCancel": {Content: &chatv1.Envelope_FileCancel{FileCancel: &chatv1.FileCancel{OfferId: "1", Reason: chatv1.FileCancel_REASON_STOPPED}}},
		"Presence":   {Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: true}}},
	}
	rows := regexp.MustCompile("(?m)^\\| ([^,|]+), [^|]*\\| `([0-9a-f ]+)` \\|$").FindAllStringSubmatch(string(page), -1)
	if len(rows) != len(want) {
		t.Errorf("%d rows with bytes, want %d", len(rows), len(want))
	}
	for _, row := range rows {
		data, err := hex.DecodeString(strings.ReplaceAll(row[2], " ", ""))
		got := new(chatv1.Envelope)
		if err != nil || proto.Unmarshal(data, got) != nil || !proto.Equal(got, want[row[1]]) {
			t.Errorf("%s: %s is %v, want %v", row[1], row[2], got, want[row[1]])
		}
	}
}
