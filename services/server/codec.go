package server

import (
	"errors"
	"fmt"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// maxEcho is how much of an input an error may repeat, in bytes.
const maxEcho = 100

func clip(text string) string {
	if len(text) > maxEcho {
		return text[:maxEcho] + "…"
	}
	return text
}

// clipped are the headers that errors of connect-go repeat. No value that means
// anything is longer than maxEcho.
var clipped = []string{
	"Connect-Timeout-Ms", "Grpc-Timeout", "Content-Encoding", "Grpc-Encoding", "Connect-Content-Encoding", "Connect-Protocol-Version",
}

func clipHeaders(header http.Header) {
	for _, name := range clipped {
		if values := header[name]; len(values) > 0 && len(values[0]) > maxEcho {
			header.Set(name, clip(values[0]))
		}
	}
}

// withCodecs are the codecs of connect-go, but for their errors: those may
// repeat the whole input, and name Go types.
func withCodecs() connect.HandlerOption {
	return connect.WithHandlerOptions(
		connect.WithCodec(binaryCodec{}), connect.WithCodec(jsonCodec{"json"}), connect.WithCodec(jsonCodec{"json; charset=utf-8"}))
}

var errNoMessage = errors.New("not a message")

type binaryCodec struct{}

// Name implements connect.Codec.
func (binaryCodec) Name() string { return "proto" }

// Marshal implements connect.Codec.
func (c binaryCodec) Marshal(value any) ([]byte, error) { return c.MarshalAppend(nil, value) }

// MarshalAppend saves connect-go a copy.
func (binaryCodec) MarshalAppend(data []byte, value any) ([]byte, error) {
	switch message := value.(type) {
	case proto.Message:
		return proto.MarshalOptions{}.MarshalAppend(data, message)
	case *serverstream.Shared:
		return message.Append(data, false)
	}
	return nil, errNoMessage
}

// Unmarshal implements connect.Codec.
func (binaryCodec) Unmarshal(data []byte, value any) error {
	message, ok := value.(proto.Message)
	if !ok {
		return errNoMessage
	}
	if err := proto.Unmarshal(data, message); err != nil {
		return fmt.Errorf("not Protobuf: %s", clip(err.Error()))
	}
	return nil
}

type jsonCodec struct{ name string }

// Name implements connect.Codec.
func (c jsonCodec) Name() string { return c.name }

// Marshal implements connect.Codec.
func (c jsonCodec) Marshal(value any) ([]byte, error) { return c.MarshalAppend(nil, value) }

// MarshalAppend saves connect-go a copy.
func (jsonCodec) MarshalAppend(data []byte, value any) ([]byte, error) {
	switch message := value.(type) {
	case proto.Message:
		return protojson.MarshalOptions{}.MarshalAppend(data, message)
	case *serverstream.Shared:
		return message.Append(data, true)
	}
	return nil, errNoMessage
}

// Unmarshal implements connect.Codec. It ignores fields of a later contract.
func (jsonCodec) Unmarshal(data []byte, value any) error {
	message, ok := value.(proto.Message)
	if !ok {
		return errNoMessage
	}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(data, message); err != nil {
		return fmt.Errorf("not the JSON of a message: %s", clip(err.Error()))
	}
	return nil
}
