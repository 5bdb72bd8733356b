package p2p

import (
	"encoding/base64"
	"slices"
	"strings"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
)

// earlyCandidates is the most candidates held until their description comes.
const earlyCandidates = 64

// newRandomID returns 128 random bits in 22 characters.
func newRandomID() string {
	var id [16]byte
	fillRandom(id[:])
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// negotiation is what one side knows about the offers and answers exchanged
// with one peer. It is plain state: it sends nothing and is not safe for
// concurrent use.
type negotiation struct {
	epoch   uint32 // the highest seen; zero before the first offer
	offered uint32 // epoch of this side's last offer; zero: none
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
		slices.Equal(fingerprints(d.remote), fingerprints(signal.GetDescription().GetSdp()))
}

// offer counts a new offer of this side and returns its epoch.
func (n *negotiation) offer() uint32 {
	n.epoch++
	n.offered = n.epoch
	return n.epoch
}

// verdict is what to do with a signal.
type verdict int

const (
	verdictDrop verdict = iota
	verdictApply
	verdictHold    // a candidate whose description has not come
	verdictReplace // apply to a new connection, because the peer has a new one
	verdictReturn  // apply to the connection that has a successor, which is given up
	verdictRepeat  // the offer is applied already: send the answer again
)

// judgeOffer judges a remote offer. A repeated offer is recognized by its text,
// because epoch zero and an empty connection_id are legal. offering says whether
// an offer of this side is unanswered, and polite whether this side gives it up
// for one of the same epoch, or of epoch zero, which says nothing.
func (n *negotiation) judgeOffer(signal *signalingv1.Signal, offering, polite bool) verdict {
	epoch, yields := signal.GetEpoch(), offering && polite
	switch {
	case n.remote == signal.GetDescription().GetSdp() && n.remoteID == signal.GetConnectionId():
		return verdictRepeat
	case epoch == 0 && offering && !polite:
		return verdictDrop
	case epoch != 0 && epoch < n.epoch:
		return verdictDrop
	case epoch != 0 && epoch == n.offered && !yields:
		return verdictDrop
	case n.continues(signal):
		return verdictApply
	case n.kept.continues(signal):
		return verdictReturn
	case n.remote != "":
		return verdictReplace
	default:
		return verdictApply
	}
}

// judgeAnswer judges a remote answer; waiting says whether this side's offer
// is unanswered. An answer to an ICE restart has new credentials (RFC 8839,
// section 4.4); otherwise the peer cannot restart this connection.
func (n *negotiation) judgeAnswer(signal *signalingv1.Signal, waiting bool) verdict {
	switch epoch := signal.GetEpoch(); {
	case !waiting, epoch != 0 && epoch != n.epoch:
		return verdictDrop
	case n.remote == "" && n.kept.continues(signal): // late, of an offer for that connection
		return verdictDrop
	case n.remote == "":
		return verdictApply
	case !n.continues(signal), slices.Equal(ufrags(n.remote), ufrags(signal.GetDescription().GetSdp())):
		return verdictReplace
	default:
		return verdictApply
	}
}

// judgeCandidate judges a remote candidate, or the end of candidates.
func (n *negotiation) judgeCandidate(signal *signalingv1.Signal) verdict {
	oldest := n.remoteEpoch
	if n.remote == "" {
		oldest = n.epoch
	}
	switch {
	case signal.GetEpoch() != 0 && signal.GetEpoch() < oldest:
		return verdictDrop
	case n.remote == "" || signal.GetEpoch() > n.remoteEpoch || signal.GetConnectionId() != n.remoteID:
		return verdictHold
	case n.ownUfrag(signal.GetCandidate().GetUsernameFragment()):
		return verdictApply
	case signal.GetEpoch() == 0: // its description may still come
		return verdictHold
	default:
		return verdictDrop
	}
}

// hold keeps a candidate until its description comes. If there are too many, it
// forgets the oldest.
func (n *negotiation) hold(candidate *signalingv1.Signal) {
	if len(n.early) == earlyCandidates {
		n.early = slices.Delete(n.early, 0, 1)
	}
	n.early = append(n.early, candidate)
}

// described notes an applied remote description and returns the candidates
// that waited for it.
func (n *negotiation) described(signal *signalingv1.Signal) (early []*signalingv1.Signal) {
	n.epoch = max(n.epoch, signal.GetEpoch())
	n.remoteID = signal.GetConnectionId()
	n.remote = signal.GetDescription().GetSdp()
	n.remoteEpoch = signal.GetEpoch()
	early, n.early = n.early, nil
	return early
}

// restart forgets the remote description, because a new connection begins.
func (n *negotiation) restart() { n.remoteDescription = remoteDescription{} }

// succeed begins the negotiation of a successor and keeps the remote description
// of the connection that is in use.
func (n *negotiation) succeed() {
	if n.kept.remote == "" {
		n.kept = n.remoteDescription
	}
	n.restart()
}

// goBack gives the successor up.
func (n *negotiation) goBack() { n.remoteDescription, n.kept = n.kept, remoteDescription{} }

// succeeded forgets the connection that has a successor.
func (n *negotiation) succeeded() { n.kept = remoteDescription{} }

// ownUfrag reports whether a fragment belongs to the remote description.
func (n *negotiation) ownUfrag(ufrag string) bool {
	return ufrag == "" || slices.Contains(ufrags(n.remote), ufrag)
}

// ufrags returns the ICE username fragments of a description (RFC 8839,
// section 5.4).
func ufrags(sdp string) []string { return attributes(sdp, "ice-ufrag") }

// fingerprints returns those of the certificates that a description names (RFC
// 8122, section 5), each once. Their letters may be of either case.
func fingerprints(sdp string) []string {
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
