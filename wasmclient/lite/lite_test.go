package lite_test

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// The messages of the contract cross to their form with reflection and back in
// services/internal/contract.

func TestRefusedBytes(t *testing.T) {
	t.Parallel()
	groups := func(deep int) []byte {
		open := bytes.Repeat(protowire.AppendTag(nil, 9, protowire.StartGroupType), deep)
		return append(open, bytes.Repeat(protowire.AppendTag(nil, 9, protowire.EndGroupType), deep)...)
	}
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                       {nil, nil},
		"an unknown field":              {[]byte{0x78, 1}, nil},
		"a known field of another type": {[]byte{0x08, 1}, nil},
		"a group":                       {groups(50), nil},
		"groups without end":            {groups(60)[:60], lite.ErrMalformed},
		"groups too deep":               {groups(30_000), lite.ErrMalformed},
		"the end of no group":           {[]byte{0x7c}, lite.ErrMalformed},
		"the end of another group":      {[]byte{0x7b, 0x74}, lite.ErrMalformed},
		"the number 0":                  {[]byte{0x02, 0}, lite.ErrMalformed},
		"a number too large":            {protowire.AppendVarint(nil, 1<<32), lite.ErrMalformed},
		"the wire type 6":               {[]byte{0x0e}, lite.ErrMalformed},
		"a tag cut short":               {[]byte{0x80}, lite.ErrMalformed},
		"a varint too long":             {append([]byte{0x78}, bytes.Repeat([]byte{0xff}, 11)...), lite.ErrMalformed},
		"a length beyond the end":       {[]byte{0x0a, 5, 'x'}, lite.ErrMalformed},
		"the longest length":            {append([]byte{0x0a}, protowire.AppendVarint(nil, math.MaxUint64)...), lite.ErrMalformed},
		"four bytes cut short":          {[]byte{0x7d, 1, 2, 3}, lite.ErrMalformed},
		"eight bytes cut short":         {[]byte{0x79, 1, 2, 3}, lite.ErrMalformed},
		"no UTF-8":                      {[]byte{0x0a, 1, 0xff}, lite.ErrNotUTF8},
	} {
		if err := lite.Unmarshal(test.data, new(chatv1.Text)); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
}

func TestRefusedText(t *testing.T) {
	t.Parallel()
	for _, message := range []lite.Message{
		&chatv1.Text{Text: "\xff"},
		&chatv1.Receipt{MessageIds: []string{"well", "\xff"}},
		&chatv1.Envelope{Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: "\xff"}}},
	} {
		if _, err := lite.Marshal(message); !errors.Is(err, lite.ErrNotUTF8) {
			t.Errorf("%v: error %v, want %v", message, err, lite.ErrNotUTF8)
		}
	}
}

// TestChoiceWithoutMessage encodes what generated code of other languages cannot make.
func TestChoiceWithoutMessage(t *testing.T) {
	t.Parallel()
	data, err := lite.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_Typing{}})
	got := new(chatv1.Envelope)
	if err != nil || lite.Unmarshal(data, got) != nil || got.GetTyping() == nil {
		t.Errorf("%x: %v, %v, want a choice that is empty", data, got, err)
	}
}

// TestNothingIsShared decodes and then overwrites what was decoded.
func TestNothingIsShared(t *testing.T) {
	t.Parallel()
	data, err := lite.Marshal(&signalingv1.Welcome{PeerId: "me", Proof: []byte("proof")})
	if err != nil {
		t.Fatal(err)
	}
	data = protowire.AppendTag(data, 99, protowire.BytesType)
	data = protowire.AppendBytes(data, []byte("unknown"))
	welcome := new(signalingv1.Welcome)
	if err := lite.Unmarshal(data, welcome); err != nil {
		t.Fatal(err)
	}
	want := bytes.Clone(data)
	clear(data)
	if got, err := lite.Marshal(welcome); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v, want %x", got, err, want)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, want := range []time.Duration{0, 1, -1, 1500 * time.Millisecond, -1500 * time.Millisecond, 1000 * time.Hour} {
		if got := lite.NewDuration(want).AsDuration(); got != want {
			t.Errorf("%v became %v", want, got)
		}
	}
	for _, test := range []struct {
		message *lite.Duration
		want    time.Duration
	}{
		{nil, 0},
		{&lite.Duration{Seconds: math.MaxInt64, Nanos: 999_999_999}, math.MaxInt64},
		{&lite.Duration{Seconds: math.MinInt64, Nanos: -999_999_999}, math.MinInt64},
	} {
		if got := test.message.AsDuration(); got != test.want {
			t.Errorf("%v: %v, want %v", test.message, got, test.want)
		}
	}
}

func BenchmarkText(b *testing.B) {
	envelope := &chatv1.Envelope{MessageId: "0123456789abcdef0123", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: "How is the weather where you are?"}}}
	data, err := lite.Marshal(envelope)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("marshal", func(b *testing.B) {
		for b.Loop() {
			_, _ = lite.Marshal(envelope)
		}
	})
	b.Run("unmarshal", func(b *testing.B) {
		for b.Loop() {
			_ = lite.Unmarshal(data, new(chatv1.Envelope))
		}
	})
}
