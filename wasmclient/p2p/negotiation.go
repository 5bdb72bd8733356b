package p2p

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// earlyCandidates is the most candidates held until their description comes.
const earlyCandidates = 64

// newRandomID returns 128 random bits in 22 characters.
func newRandomID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails, says crypto/rand
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// negotiation is what one side knows about the offers and answers exchanged
// with one peer. It is plain state: it sends nothing and is not safe for
// concurrent use.
type negotiation struct {
	epoch       uint32 // the highest seen; zero before the first offer
	offered     uint32 // epoch of this side's last offer; zero: none
	remoteID    string // connection_id of the applied remote description
	remote      string // its SDP; empty: none is applied to the current connection
	remoteEpoch uint32
	early       []*signalingv1.Signal
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
	case n.remote != "" && n.remoteID != signal.GetConnectionId():
		return verdictReplace
	default:
		return verdictApply
	}
}

// judgeAnswer judges a remote answer; waiting says whether this side's offer
// is unanswered.
func (n *negotiation) judgeAnswer(signal *signalingv1.Signal, waiting bool) verdict {
	if epoch := signal.GetEpoch(); !waiting || epoch != 0 && epoch != n.epoch {
		return verdictDrop
	}
	return verdictApply
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
		if len(n.early) >= earlyCandidates {
			return verdictDrop
		}
		return verdictHold
	case !n.ownUfrag(signal.GetCandidate().GetUsernameFragment()):
		return verdictDrop
	default:
		return verdictApply
	}
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
func (n *negotiation) restart() { n.remoteID, n.remote = "", "" }

// ownUfrag reports whether a fragment belongs to the remote description.
func (n *negotiation) ownUfrag(ufrag string) bool {
	return ufrag == "" || slices.Contains(ufrags(n.remote), ufrag)
}

// ufrags returns the ICE username fragments of a description (RFC 8839,
// section 5.4).
func ufrags(sdp string) []string {
	var found []string
	for line := range strings.Lines(sdp) {
		if ufrag, ok := strings.CutPrefix(strings.TrimSpace(line), "a=ice-ufrag:"); ok {
			found = append(found, ufrag)
		}
	}
	return found
}
