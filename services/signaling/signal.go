package signaling

import (
	"fmt"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
)

// The bounds of signals.
const (
	// MaxSignals bounds the signals of one sender in one inbox, and in one
	// batch.
	MaxSignals = 128
	// MaxBytes bounds their size likewise.
	MaxBytes = 96 << 10
	// MaxBurst bounds the signals that one member sends another at once, and
	// SignalEvery how many come after those: one in that time. A description
	// counts as DescriptionCost signals. Browsers gather 5 to 20 candidates at
	// a time, and a repair describes the connection every few seconds.
	MaxBurst        = 256
	SignalEvery     = time.Second / 8
	DescriptionCost = 8
	// MaxSDP bounds one description.
	MaxSDP = 16 << 10

	maxConnectionID = 64
	maxCandidate    = 1 << 10
	maxMid          = 256
	maxFragment     = 256 // RFC 8839, section 5.4
	maxLineIndex    = 1<<16 - 1
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

// Cost is what the signal counts for in MaxBurst.
func (s Signal) Cost() int {
	if _, is := s.Payload.(Description); is {
		return DescriptionCost
	}
	return 1
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
	var faults InvalidError
	if firstSeq == 0 || firstSeq > 1<<53 { // what a JavaScript number can count to
		faults.Add("first_seq", "must be 1 to 2^53")
	}
	if len(signals) == 0 || len(signals) > MaxSignals {
		faults.Add("signals", fmt.Sprintf("must hold 1 to %d", MaxSignals))
		return faults.OrNil()
	}
	bytes := 0
	for i, signal := range signals {
		if field, description := signal.check(); field != "" {
			faults.Add(fmt.Sprintf("signals[%d].%s", i, field), description)
			continue
		}
		bytes += signal.Size()
	}
	if bytes > MaxBytes {
		faults.Add("signals", fmt.Sprintf("must hold at most %d bytes", MaxBytes))
	}
	return faults.OrNil()
}

// CheckConnectionID reports what is wrong with the name of a connection: nil
// or an *InvalidError.
func CheckConnectionID(id string) error {
	if len(id) <= maxConnectionID && consistsOf(id, alphanumeric+"_-") {
		return nil
	}
	return invalid.Field("connection_id", "must be at most 64 characters of A-Z, a-z, 0-9, _ and -")
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
	case len(d.SDP) > MaxSDP:
		return "description.sdp", fmt.Sprintf("must be at most %d bytes", MaxSDP)
	case d.Type != Rollback && !isDescription(d.SDP):
		return "description.sdp", "must be a session description in lines of UTF-8 text"
	case !candidatesFit(d.SDP):
		return "description.sdp", "must have candidates with an IP address or a .local name"
	}
	return "", ""
}

func (c Candidate) check() (field, description string) {
	switch {
	case len(c.Candidate) > maxCandidate:
		return "candidate.candidate", fmt.Sprintf("must be at most %d bytes", maxCandidate)
	case c.Candidate == "":
		return "candidate.candidate", "must not be empty: send end_of_candidates"
	case !isCandidate(strings.TrimPrefix(c.Candidate, "a=")):
		return "candidate.candidate", "must be one candidate attribute with an IP address or a .local name"
	case length(c.SDPMid) > maxMid || c.SDPMid != nil && !isPrintable(*c.SDPMid):
		return "candidate.sdp_mid", "must be at most 256 characters of printable ASCII"
	case c.SDPMLineIndex != nil && *c.SDPMLineIndex > maxLineIndex:
		return "candidate.sdp_m_line_index", fmt.Sprintf("must be at most %d", maxLineIndex)
	}
	return checkFragment("candidate", c.UsernameFragment)
}

func (e EndOfCandidates) check() (field, description string) {
	return checkFragment("end_of_candidates", e.UsernameFragment)
}
func (Renegotiate) check() (field, description string) { return "", "" }

func checkFragment(parent string, fragment *string) (field, description string) {
	if length(fragment) > maxFragment || fragment != nil && !consistsOf(*fragment, iceChars) {
		return parent + ".username_fragment", "must be at most 256 characters of A-Z, a-z, 0-9, + and /"
	}
	return "", ""
}

func length(s *string) int {
	if s == nil {
		return 0
	}
	return len(*s)
}
