package signalingredis

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// storedSignal is a signal as the store keeps it. One of the last four is set.
type storedSignal struct {
	ConnectionID    string                     `cbor:"1,keyasint,omitzero"`
	Epoch           uint32                     `cbor:"2,keyasint,omitzero"`
	Description     *signaling.Description     `cbor:"3,keyasint,omitzero"`
	Candidate       *signaling.Candidate       `cbor:"4,keyasint,omitzero"`
	EndOfCandidates *signaling.EndOfCandidates `cbor:"5,keyasint,omitzero"`
	Renegotiate     *signaling.Renegotiate     `cbor:"6,keyasint,omitzero"`
}

// encode returns what the store keeps as CBOR (RFC 8949), which readers of
// another version read as far as they know its fields.
func encode(value any) string {
	data, err := cbor.Marshal(value)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return string(data)
}

func encodeSignal(signal signaling.Signal) string {
	s := storedSignal{ConnectionID: signal.ConnectionID, Epoch: signal.Epoch}
	switch payload := signal.Payload.(type) {
	case signaling.Description:
		s.Description = &payload
	case signaling.Candidate:
		s.Candidate = &payload
	case signaling.EndOfCandidates:
		s.EndOfCandidates = &payload
	case signaling.Renegotiate:
		s.Renegotiate = &payload
	default:
		panic(fmt.Sprintf("payload %T", payload)) // the domain has no other
	}
	return encode(s)
}

func decodeSignal(text string) (signaling.Signal, error) {
	var s storedSignal
	if err := cbor.Unmarshal([]byte(text), &s); err != nil {
		return signaling.Signal{}, fmt.Errorf("%w: signal: %w", redisstore.ErrReply, err)
	}
	signal := signaling.Signal{ConnectionID: s.ConnectionID, Epoch: s.Epoch}
	switch {
	case s.Description != nil:
		signal.Payload = *s.Description
	case s.Candidate != nil:
		signal.Payload = *s.Candidate
	case s.EndOfCandidates != nil:
		signal.Payload = *s.EndOfCandidates
	case s.Renegotiate != nil:
		signal.Payload = *s.Renegotiate
	default:
		return signal, fmt.Errorf("%w: a signal without payload", redisstore.ErrReply)
	}
	return signal, nil
}

func decodeRoom(text string) (*room.Room, error) {
	r := new(room.Room)
	err := cbor.Unmarshal([]byte(text), r)
	if err == nil && !r.Valid() {
		err = errors.New("not whole")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: room: %w", redisstore.ErrReply, err)
	}
	return r, nil
}
