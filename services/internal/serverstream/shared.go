package serverstream

import (
	"sync"

	"google.golang.org/protobuf/proto"
)

// Shared is a message that goes out on many streams. Each codec encodes it once.
// The message must not change. All methods may be called at once.
type Shared struct {
	message proto.Message

	mu      sync.Mutex        // guards the following field
	encoded map[string][]byte // by codec
}

// NewShared returns a message to send on many streams.
func NewShared(message proto.Message) *Shared { return &Shared{message: message} }

// Append appends the encoded message to data. encode is that of the codec of that
// name.
func (s *Shared) Append(data []byte, codec string, encode func(proto.Message) ([]byte, error)) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	encoded, known := s.encoded[codec]
	if !known {
		var err error
		if encoded, err = encode(s.message); err != nil {
			return nil, err
		}
		if s.encoded == nil {
			s.encoded = make(map[string][]byte)
		}
		s.encoded[codec] = encoded
	}
	return append(data, encoded...), nil
}
