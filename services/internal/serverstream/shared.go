package serverstream

import (
	"encoding/binary"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// prefix is how many bytes are before each message of a stream, in Connect
// (Enveloped-Message), gRPC and gRPC-Web (Length-Prefixed-Message): flags, which are
// zero when it is not compressed, and its length in four bytes.
const prefix = 5

// Shared is a message that goes out on many streams. It is encoded once as binary
// and once as JSON. The message must not change. All methods may be called at once.
type Shared struct {
	message proto.Message

	mu           sync.Mutex // guards the following fields
	binary, json []byte     // with their prefixes; nil: not encoded yet
}

// NewShared returns a message to send on many streams.
func NewShared(message proto.Message) *Shared { return &Shared{message: message} }

// Append appends the encoded message to data.
func (s *Shared) Append(data []byte, json bool) ([]byte, error) {
	enveloped, err := s.enveloped(json)
	if err != nil {
		return nil, err
	}
	return append(data, enveloped[prefix:]...), nil
}

// enveloped returns the message with its prefix. Nobody may change it.
func (s *Shared) enveloped(json bool) (enveloped []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	encode, encoded := proto.MarshalOptions{}.MarshalAppend, &s.binary
	if json {
		encode, encoded = protojson.MarshalOptions{}.MarshalAppend, &s.json
	}
	if *encoded == nil {
		data, err := encode(make([]byte, prefix), s.message)
		if err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint32(data[1:prefix], uint32(len(data)-prefix)) //nolint:gosec // messages are far smaller
		*encoded = data
	}
	return *encoded, nil
}
