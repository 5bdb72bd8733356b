package signaling

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// The bounds of signals.
const (
	// MaxSignals bounds the signals of one sender in one inbox, and in one
	// batch.
	MaxSignals = 128
	// MaxBytes bounds their size likewise.
	MaxBytes = 96 << 10
	// MaxSDP bounds one description.
	MaxSDP = 16 << 10

	maxConnectionID = 64
	maxCandidate    = 1 << 10
	maxMid          = 256
	maxFragment     = 256 // RFC 8839, section 5.4
)

// A Signal is one step of a negotiation.
type Signal struct {
	// ConnectionID names the sender's RTCPeerConnection. May be empty.
	ConnectionID string
	// Epoch counts the offers of a pair. May be zero.
	Epoch uint32
	// Payload is one of Description, Candidate, EndOfCandidates and
	// Renegotiate.
	Payload Payload
}

// Size is what the signal counts for in MaxBytes: its text, and a little for
// everything else.
func (s Signal) Size() int {
	return 32 + len(s.ConnectionID) + s.Payload.size()
}

// A Payload is what a Signal says.
type Payload interface {
	size() int
	// check returns the field at fault and what it must be, or nothing.
	check() (field, description string)
}

// DescriptionType is the RTCSdpType of a Description.
type DescriptionType int

// The types of a Description.
const (
	Offer DescriptionType = iota + 1
	Answer
	Rollback
)

// A Description is an offer, an answer or a rollback.
type Description struct {
	Type DescriptionType
	SDP  string
}

// A Candidate is one ICE candidate, as RTCIceCandidateInit. Nil pointers mean
// that the member is absent.
type Candidate struct {
	Candidate        string
	SDPMid           *string
	SDPMLineIndex    *uint32
	UsernameFragment *string
}

// EndOfCandidates tells that no more candidates come.
type EndOfCandidates struct {
	UsernameFragment *string
}

// Renegotiate asks the other side to offer.
type Renegotiate struct{}

func (d Description) size() int { return len(d.SDP) }
func (c Candidate) size() int {
	return len(c.Candidate) + length(c.SDPMid) + length(c.UsernameFragment)
}
func (e EndOfCandidates) size() int { return length(e.UsernameFragment) }
func (Renegotiate) size() int       { return 0 }

// CheckSignals reports what is wrong with a batch: nil or an *InvalidError.
func CheckSignals(firstSeq uint64, signals []Signal) error {
	var invalid InvalidError
	if firstSeq == 0 || firstSeq > 1<<53 { // what a JavaScript number can count to
		invalid.Add("first_seq", "must be 1 to 2^53")
	}
	if len(signals) == 0 || len(signals) > MaxSignals {
		invalid.Add("signals", fmt.Sprintf("must hold 1 to %d", MaxSignals))
		return invalid.orNil()
	}
	bytes := 0
	for i, signal := range signals {
		if field, description := signal.check(); field != "" {
			invalid.Add(fmt.Sprintf("signals[%d].%s", i, field), description)
			continue
		}
		bytes += signal.Size()
	}
	if bytes > MaxBytes {
		invalid.Add("signals", fmt.Sprintf("must hold at most %d bytes", MaxBytes))
	}
	return invalid.orNil()
}

// CheckConnectionID reports what is wrong with the name of a connection: nil
// or an *InvalidError.
func CheckConnectionID(id string) error {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	if len(id) <= maxConnectionID && strings.Trim(id, alphabet) == "" {
		return nil
	}
	return invalidField("connection_id", "must be at most 64 characters of A-Z, a-z, 0-9, _ and -")
}

func (s Signal) check() (field, description string) {
	if CheckConnectionID(s.ConnectionID) != nil {
		return "connection_id", "must be at most 64 characters of A-Z, a-z, 0-9, _ and -"
	}
	if s.Payload == nil {
		return "payload", "must be set"
	}
	return s.Payload.check()
}

func (d Description) check() (field, description string) {
	switch {
	case d.Type < Offer || d.Type > Rollback:
		return "description.type", "must be an offer, an answer or a rollback"
	case d.Type == Rollback && d.SDP != "":
		return "description.sdp", "must be empty for a rollback"
	case d.Type != Rollback && !strings.HasPrefix(d.SDP, "v=0"): // RFC 8866, section 5
		return "description.sdp", "must be a session description"
	case len(d.SDP) > MaxSDP || !utf8.ValidString(d.SDP):
		return "description.sdp", fmt.Sprintf("must be at most %d bytes", MaxSDP)
	}
	return "", ""
}

// check lets only addresses through that name a host by themselves: a
// candidate with a DNS name would make the peer's browser look that name up.
func (c Candidate) check() (field, description string) {
	fields := strings.Fields(c.Candidate)
	switch {
	case len(c.Candidate) > maxCandidate:
		return "candidate.candidate", fmt.Sprintf("must be at most %d bytes", maxCandidate)
	case c.Candidate == "":
		return "candidate.candidate", "must not be empty: send end_of_candidates"
	case len(fields) < 8 || !strings.HasPrefix(strings.TrimPrefix(fields[0], "a="), "candidate:") || fields[6] != "typ":
		return "candidate.candidate", "must be a candidate attribute"
	case !address(fields[4]):
		return "candidate.candidate", "must have an IP address or a .local name"
	case length(c.SDPMid) > maxMid:
		return "candidate.sdp_mid", "must be at most 256 bytes"
	}
	return checkFragment("candidate", c.UsernameFragment)
}

func (e EndOfCandidates) check() (field, description string) {
	return checkFragment("end_of_candidates", e.UsernameFragment)
}
func (Renegotiate) check() (field, description string) { return "", "" }

func checkFragment(parent string, fragment *string) (field, description string) {
	if length(fragment) > maxFragment {
		return parent + ".username_fragment", "must be at most 256 characters"
	}
	return "", ""
}

// address accepts IP literals and the names of mDNS (RFC 8828), in which
// browsers hide local addresses.
func address(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	name, local := strings.CutSuffix(strings.ToLower(host), ".local")
	return local && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func length(s *string) int {
	if s == nil {
		return 0
	}
	return len(*s)
}
