// Package negotiation is what one side of a pair knows about the offers and answers
// that the two have exchanged, and what to do with the next signal. It sends nothing.
package negotiation

import (
	"slices"
	"strings"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
)

// earlyCandidates is the most candidates held until their description comes.
const earlyCandidates = 64

// State is what one side knows about the offers and answers exchanged with one
// peer. Not safe for concurrent use; the zero value is ready.
type State struct {
	Epoch   uint32 // the highest seen; zero before the first offer
	Offered uint32 // epoch of this side's last offer; zero: none
	remoteDescription
	kept  remoteDescription // of the connection that stays until its successor is open
	early []*signalingv1.Signal
}

// remoteDescription is the description of the peer that is applied to a
// connection. The zero value means that there is none.
type remoteDescription struct {
	remoteID    string // its connection_id
	remote      string // its SDP
	remoteEpoch uint32
}

// continues reports whether a description is of the same connection of the peer.
// A new connection has another connection_id or, because that may be empty,
// another certificate.
func (d remoteDescription) continues(signal *signalingv1.Signal) bool {
	return d.remote != "" && d.remoteID == signal.GetConnectionId() &&
		slices.Equal(Fingerprints(d.remote), Fingerprints(signal.GetDescription().GetSdp()))
}

// Offer counts a new offer of this side and returns its epoch.
func (s *State) Offer() uint32 {
	s.Epoch++
	s.Offered = s.Epoch
	return s.Epoch
}

// Verdict is what to do with a signal.
type Verdict int

// The verdicts.
const (
	Drop Verdict = iota
	Apply
	Hold    // a candidate whose description has not come
	Replace // apply to a new connection, because the peer has a new one
	Return  // apply to the connection that has a successor, which is given up
	Repeat  // the offer is applied already: send the answer again
)

// JudgeOffer judges a remote offer. A repeated offer is recognized by its text,
// because epoch zero and an empty connection_id are legal. offering says whether
// an offer of this side is unanswered, and polite whether this side gives it up
// for one of the same epoch, or of epoch zero, which says nothing.
func (s *State) JudgeOffer(signal *signalingv1.Signal, offering, polite bool) Verdict {
	epoch, yields := signal.GetEpoch(), offering && polite
	switch {
	case s.remote == signal.GetDescription().GetSdp() && s.remoteID == signal.GetConnectionId():
		return Repeat
	case epoch == 0 && offering && !polite:
		return Drop
	case epoch != 0 && epoch < s.Epoch:
		return Drop
	case epoch != 0 && epoch == s.Offered && !yields:
		return Drop
	case s.continues(signal):
		return Apply
	case s.kept.continues(signal):
		return Return
	case s.remote != "":
		return Replace
	default:
		return Apply
	}
}

// JudgeAnswer judges a remote answer; waiting says whether this side's offer
// is unanswered. An answer to an ICE restart has new credentials (RFC 8839,
// section 4.4); otherwise the peer cannot restart this connection.
func (s *State) JudgeAnswer(signal *signalingv1.Signal, waiting bool) Verdict {
	switch epoch := signal.GetEpoch(); {
	case !waiting, epoch != 0 && epoch != s.Epoch:
		return Drop
	case s.remote == "" && s.kept.continues(signal): // late, of an offer for that connection
		return Drop
	case s.remote == "":
		return Apply
	case !s.continues(signal), slices.Equal(UsernameFragments(s.remote), UsernameFragments(signal.GetDescription().GetSdp())):
		return Replace
	default:
		return Apply
	}
}

// JudgeCandidate judges a remote candidate, or the end of candidates.
func (s *State) JudgeCandidate(signal *signalingv1.Signal) Verdict {
	oldest := s.remoteEpoch
	if s.remote == "" {
		oldest = s.Epoch
	}
	switch {
	case signal.GetEpoch() != 0 && signal.GetEpoch() < oldest:
		return Drop
	case s.remote == "" || signal.GetEpoch() > s.remoteEpoch || signal.GetConnectionId() != s.remoteID:
		return Hold
	case s.ownUfrag(signal.GetCandidate().GetUsernameFragment()):
		return Apply
	case signal.GetEpoch() == 0: // its description may still come
		return Hold
	default:
		return Drop
	}
}

// HoldCandidate keeps a candidate until its description comes. If there are too many, it
// forgets the oldest.
func (s *State) HoldCandidate(candidate *signalingv1.Signal) {
	if len(s.early) == earlyCandidates {
		s.early = slices.Delete(s.early, 0, 1)
	}
	s.early = append(s.early, candidate)
}

// Described notes an applied remote description and returns the candidates
// that waited for it.
func (s *State) Described(signal *signalingv1.Signal) (early []*signalingv1.Signal) {
	s.Epoch = max(s.Epoch, signal.GetEpoch())
	s.remoteID = signal.GetConnectionId()
	s.remote = signal.GetDescription().GetSdp()
	s.remoteEpoch = signal.GetEpoch()
	early, s.early = s.early, nil
	return early
}

// Remote returns the text of the peer's description that is applied, or "".
func (s *State) Remote() string { return s.remote }

// RemoteEpoch returns the epoch of that description.
func (s *State) RemoteEpoch() uint32 { return s.remoteEpoch }

// Restart forgets the remote description, because a new connection begins.
func (s *State) Restart() { s.remoteDescription = remoteDescription{} }

// Succeed begins the negotiation of a successor and keeps the remote description
// of the connection that is in use.
func (s *State) Succeed() {
	if s.kept.remote == "" {
		s.kept = s.remoteDescription
	}
	s.Restart()
}

// GoBack gives the successor up.
func (s *State) GoBack() { s.remoteDescription, s.kept = s.kept, remoteDescription{} }

// Succeeded forgets the connection that has a successor.
func (s *State) Succeeded() { s.kept = remoteDescription{} }

// ownUfrag reports whether a fragment belongs to the remote description.
func (s *State) ownUfrag(ufrag string) bool {
	return ufrag == "" || slices.Contains(UsernameFragments(s.remote), ufrag)
}

// UsernameFragments returns the ICE username fragments of a description (RFC 8839,
// section 5.4).
func UsernameFragments(sdp string) []string { return attributes(sdp, "ice-ufrag") }

// Fingerprints returns those of the certificates that a description names (RFC
// 8122, section 5), each once, sorted and in lower case.
func Fingerprints(sdp string) []string {
	found := attributes(strings.ToLower(sdp), "fingerprint")
	slices.Sort(found)
	return slices.Compact(found)
}

// attributes returns the values of an attribute, in order. Lines end in any way.
func attributes(sdp, name string) []string {
	var found []string
	for line := range strings.FieldsFuncSeq(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "a="+name+":"); ok {
			found = append(found, value)
		}
	}
	return found
}
