package room

import (
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// The kinds of payloads, as stores keep them.
const (
	kindDescription = iota + 1
	kindCandidate
	kindEndOfCandidates
	kindRenegotiate
)

// EncodeSignal returns the signal as stores keep it; Encode has the rules.
func EncodeSignal(signal signaling.Signal) string {
	e := &encoder{bytes: make([]byte, 0, 64+signal.Size())}
	e.section(func() {
		e.text(signal.ConnectionID)
		e.count(uint64(signal.Epoch))
		switch payload := signal.Payload.(type) {
		case signaling.Description:
			e.count(kindDescription)
			e.count(uint64(payload.Type)) //nolint:gosec // small
			e.text(payload.SDP)
		case signaling.Candidate:
			e.count(kindCandidate)
			e.text(payload.Candidate)
			e.optional(payload.SDPMid)
			e.flag(payload.SDPMLineIndex != nil)
			if payload.SDPMLineIndex != nil {
				e.count(uint64(*payload.SDPMLineIndex))
			}
			e.optional(payload.UsernameFragment)
		case signaling.EndOfCandidates:
			e.count(kindEndOfCandidates)
			e.optional(payload.UsernameFragment)
		case signaling.Renegotiate:
			e.count(kindRenegotiate)
		default:
			panic(fmt.Sprintf("payload %T", payload)) // the domain has no other
		}
	})
	return string(e.bytes)
}

// DecodeSignal is the inverse of EncodeSignal.
func DecodeSignal(text string) (signaling.Signal, error) {
	var signal signaling.Signal
	outer := &decoder{rest: text}
	outer.section(func(d *decoder) {
		signal.ConnectionID = d.text()
		signal.Epoch = uint32(d.count()) //nolint:gosec // as it was written
		switch d.count() {
		case kindDescription:
			signal.Payload = signaling.Description{Type: signaling.DescriptionType(d.count()), SDP: d.text()} //nolint:gosec // small
		case kindCandidate:
			candidate := signaling.Candidate{Candidate: d.text(), SDPMid: d.optional()}
			if d.flag() {
				index := uint32(d.count()) //nolint:gosec // as it was written
				candidate.SDPMLineIndex = &index
			}
			candidate.UsernameFragment = d.optional()
			signal.Payload = candidate
		case kindEndOfCandidates:
			signal.Payload = signaling.EndOfCandidates{UsernameFragment: d.optional()}
		case kindRenegotiate:
			signal.Payload = signaling.Renegotiate{}
		default:
			d.fail()
		}
	})
	return signal, wrap("signal", outer.err)
}
