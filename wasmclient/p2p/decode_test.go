package p2p

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// TestDecode decodes messages of peers, nested groups among them.
func TestDecode(t *testing.T) {
	t.Parallel()
	text, err := lite.Marshal(&chatv1.Envelope{MessageId: "1", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: strings.Repeat("sks", 1000)}}})
	if err != nil {
		t.Fatal(err)
	}
	groups := bytes.Repeat(protowire.AppendTag(nil, 1023, protowire.StartGroupType), 20_000)
	inText := func(content []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), content)
	}
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{
		"a text":                      {text, true},
		"nothing":                     {nil, true},
		"an id that looks like more":  {append(protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "KKK"), text...), true},
		"a later field of text":       {append(protowire.AppendString(protowire.AppendTag(nil, 1023, protowire.BytesType), "KKK"), text...), true},
		"with an unknown field":       {append(protowire.AppendVarint(protowire.AppendTag(nil, 1023, protowire.VarintType), 7), text...), true},
		"cut short":                   {text[:100], false},
		"too large":                   {make([]byte, largestEnvelope+1), false},
		"nested groups":               {groups, false},
		"nested groups after a text":  {append(bytes.Clone(text), groups...), false},
		"nested groups in a text":     {inText(groups), false},
		"nested groups, and rubbish":  {append(bytes.Clone(groups), 0xff, 0xff), false},
		"a group":                     {protowire.AppendTag(protowire.AppendTag(nil, 9, protowire.StartGroupType), 9, protowire.EndGroupType), true},
		"rubbish before groups":       {append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, groups...), false},
		"a text that looks like more": {inText(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), bytes.Repeat([]byte{0x0b}, 30_000))), true},
	} {
		if got := decode(tt.data) != nil; got != tt.want {
			t.Errorf("%s: decoded %v, want %v", name, got, tt.want)
		}
	}
}
