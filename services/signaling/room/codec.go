package room

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// storedSignal is a signal as stores keep it. One of the last four is set.
type storedSignal struct {
	ConnectionID    string                     `cbor:"1,keyasint,omitzero"`
	Epoch           uint32                     `cbor:"2,keyasint,omitzero"`
	Description     *signaling.Description     `cbor:"3,keyasint,omitzero"`
	Candidate       *signaling.Candidate       `cbor:"4,keyasint,omitzero"`
	EndOfCandidates *signaling.EndOfCandidates `cbor:"5,keyasint,omitzero"`
	Renegotiate     *signaling.Renegotiate     `cbor:"6,keyasint,omitzero"`
}

// Encode returns a room as stores keep it: CBOR (RFC 8949), which a program of
// another version reads as far as it knows the fields.
func Encode(r *Room) string { return encode(r) }

func encode(value any) string {
	data, err := cbor.Marshal(value)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return string(data)
}

// EncodeSignal returns a signal as stores keep it.
func EncodeSignal(signal signaling.Signal) string {
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

// DecodeSignal is the inverse of EncodeSignal.
func DecodeSignal(text string) (signaling.Signal, error) {
	var s storedSignal
	if err := cbor.Unmarshal([]byte(text), &s); err != nil {
		return signaling.Signal{}, fmt.Errorf("decode signal: %w", err)
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
		return signal, errors.New("decode signal: no payload")
	}
	return signal, nil
}

// Decode is the inverse of Encode. It refuses a room that could not be used.
func Decode(text string) (*Room, error) {
	r := new(Room)
	err := cbor.Unmarshal([]byte(text), r)
	if err == nil && !r.valid() {
		err = errors.New("not whole")
	}
	if err != nil {
		return nil, fmt.Errorf("decode room: %w", err)
	}
	return r, nil
}
