package signalingredis

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// stored is a signal as the store keeps it. Its text is UTF-8: CheckSignals
// lets nothing else through. One of the last four is set.
type stored struct {
	ConnectionID    string                     `json:"c,omitempty"`
	Epoch           uint32                     `json:"e,omitempty"`
	Description     *signaling.Description     `json:"d,omitempty"`
	Candidate       *signaling.Candidate       `json:"i,omitempty"`
	EndOfCandidates *signaling.EndOfCandidates `json:"n,omitempty"`
	Renegotiate     *signaling.Renegotiate     `json:"r,omitempty"`
}

func encodeSignal(signal signaling.Signal) string {
	s := stored{ConnectionID: signal.ConnectionID, Epoch: signal.Epoch}
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
	return toJSON(s)
}

func decodeSignal(text string) (signaling.Signal, error) {
	var s stored
	if err := json.Unmarshal([]byte(text), &s); err != nil {
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
		return signaling.Signal{}, errors.New("decode signal: no payload")
	}
	return signal, nil
}
