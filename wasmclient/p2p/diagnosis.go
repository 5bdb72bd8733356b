package p2p

import (
	"strings"
	"sync"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Diagnosis says how far connecting to a peer came, and why it probably failed, as
// far as this side can tell. The zero value: it is not known.
type Diagnosis struct {
	Stage ConnectStage
	Cause Cause
}

// ConnectStage is how far connecting to a peer came. Callers skip values they do not
// know.
type ConnectStage string

// The stages of connecting, in order.
const (
	// ConnectUnknown means that the negotiation failed.
	ConnectUnknown ConnectStage = ""
	// ConnectCandidates means that this side or the peer has told no candidates.
	ConnectCandidates ConnectStage = "candidates"
	// ConnectICE means that no pair of candidates worked.
	ConnectICE ConnectStage = "ice"
	// ConnectDTLS means that packets pass, but the encryption is not agreed on.
	ConnectDTLS ConnectStage = "dtls"
	// ConnectChannel means that the connection is there, but no data channel.
	ConnectChannel ConnectStage = "channel"
)

// Cause is why connecting to a peer probably failed. Callers skip values they do not
// know.
type Cause string

// The causes.
const (
	// CauseUnknown means that nothing points to a cause.
	CauseUnknown Cause = ""
	// CauseNoCandidates means that this side found no address to connect from: it has
	// no network, or may not use it.
	CauseNoCandidates Cause = "no_candidates"
	// CauseUDPBlocked means that no STUN server answered: this side's network seems to
	// block UDP.
	CauseUDPBlocked Cause = "udp_blocked"
	// CauseNoRelay means that no direct way worked, and the server has no TURN server.
	CauseNoRelay Cause = "no_relay"
	// CauseRelayRefused means that a TURN server refused the credential of this side.
	CauseRelayRefused Cause = "relay_refused"
	// CauseRelayFull means that a TURN server had no room for this side.
	CauseRelayFull Cause = "relay_full"
	// CauseRelayUnreachable means that no TURN server answered.
	CauseRelayUnreachable Cause = "relay_unreachable"
	// CauseChecksFailed means that nothing is missing on this side, and still no pair
	// of candidates worked.
	CauseChecksFailed Cause = "checks_failed"
	// CauseDTLSFailed means that the encryption was not agreed on.
	CauseDTLSFailed Cause = "dtls_failed"
	// CauseChannelFailed means that the data channel did not open.
	CauseChannelFailed Cause = "channel_failed"
	// CausePeerSilent means that the peer told nothing of itself.
	CausePeerSilent Cause = "peer_silent"
)

// String returns the cause in plain English.
func (c Cause) String() string {
	switch c {
	case CauseNoCandidates:
		return "this machine has no network that can be used"
	case CauseUDPBlocked:
		return "no STUN server answered: this network seems to block UDP"
	case CauseNoRelay:
		return "no direct way worked, and the server offers no relay"
	case CauseRelayRefused:
		return "the relay refused the credential"
	case CauseRelayFull:
		return "the relay is full"
	case CauseRelayUnreachable:
		return "the relay did not answer"
	case CauseChecksFailed:
		return "no way between the two networks worked"
	case CauseDTLSFailed:
		return "the two could not agree on encryption"
	case CauseChannelFailed:
		return "the data channel did not open"
	case CausePeerSilent:
		return "the peer did not answer"
	default:
		return "the cause is not known"
	}
}

// The stages and causes in the order of the contract's.
var (
	connectStages = []ConnectStage{ConnectUnknown, ConnectCandidates, ConnectICE, ConnectDTLS, ConnectChannel}
	causes        = []Cause{
		CauseUnknown, CauseNoCandidates, CauseUDPBlocked, CauseNoRelay, CauseRelayRefused, CauseRelayFull, CauseRelayUnreachable,
		CauseChecksFailed, CauseDTLSFailed, CauseChannelFailed, CausePeerSilent,
	}
)

// failure returns the report of the diagnosis.
func (d Diagnosis) failure() *signalingv1.Failed {
	return &signalingv1.Failed{Stage: number[signalingv1.Failed_Stage](connectStages, d.Stage), Cause: number[signalingv1.Failed_Cause](causes, d.Cause)}
}

// number returns the place of a value in an order.
func number[E ~int32, T comparable](order []T, value T) (place E) {
	for _, other := range order {
		if other == value {
			return place
		}
		place++
	}
	return 0
}

// sightings are what a connection has seen of the ways to others. Safe for concurrent
// use.
type sightings struct {
	mu                     sync.Mutex // guards the following fields
	host, reflexive, relay bool       // this side has such a candidate
	refused, full          bool       // a TURN server said so
}

// candidate notes a candidate of this side; nil: there are no more.
func (s *sightings) candidate(candidate *rtc.Candidate) {
	if candidate == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch candidateType(candidate.Candidate) {
	case "host":
		s.host = true
	case "srflx":
		s.reflexive = true
	case "relay":
		s.relay = true
	}
}

// candidateType returns the type of a candidate (RFC 8839, section 5.1), or "".
func candidateType(candidate string) string {
	_, rest, _ := strings.Cut(candidate, " typ ")
	kind, _, _ := strings.Cut(rest, " ")
	return kind
}

// The answers of TURN servers that have no room: allocation quota reached, and
// insufficient capacity (RFC 8656, section 19).
const (
	quotaReached         = 486
	insufficientCapacity = 508
)

// serverError notes the error with which a STUN or TURN server answered.
func (s *sightings) serverError(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch code {
	case rtc.ServerUnreachable:
	case quotaReached, insufficientCapacity:
		s.full = true
	default:
		s.refused = true
	}
}

// missing returns why there are no candidates to try, or "" if there are some. answered
// says whether anything of the peer is known.
func (s *sightings) missing(ways rtc.Configuration, answered bool) Cause {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ways.RelayOnly && !s.relay:
		return s.relayCauseLocked(ways)
	case !s.host && !s.reflexive && !s.relay:
		return CauseNoCandidates
	case !answered:
		return CausePeerSilent
	}
	return ""
}

// unreached returns why no pair of candidates works.
func (s *sightings) unreached(ways rtc.Configuration) Cause {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.relay:
		return CauseChecksFailed
	case ways.HasSTUN() && !s.reflexive && !s.refused && !s.full:
		return CauseUDPBlocked
	default:
		return s.relayCauseLocked(ways)
	}
}

// relayCauseLocked returns why this side has no candidate of a relay.
func (s *sightings) relayCauseLocked(ways rtc.Configuration) Cause {
	switch {
	case !ways.HasRelay():
		return CauseNoRelay
	case s.refused:
		return CauseRelayRefused
	case s.full:
		return CauseRelayFull
	default:
		return CauseRelayUnreachable
	}
}

// diagnose says why a connection has not opened. answered says whether anything of the
// peer is known.
func (c *connection) diagnose(answered bool) Diagnosis {
	ice := c.pc.ICEState()
	switch {
	case c.pc.State() == rtc.StateConnected:
		return Diagnosis{ConnectChannel, CauseChannelFailed}
	case ice == rtc.ICEConnected, ice == rtc.ICECompleted:
		return Diagnosis{ConnectDTLS, CauseDTLSFailed}
	}
	if cause := c.seen.missing(c.ways, answered); cause != "" {
		return Diagnosis{ConnectCandidates, cause}
	}
	return Diagnosis{ConnectICE, c.seen.unreached(c.ways)}
}
