package p2p

import (
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// One report confirms a pair: each side sends its proof over the open channel,
// and the lower slot reports with that of the other. The other one reports too if
// it does not hear that the pair is confirmed. So does the lower slot if no proof
// comes, from a peer that does not know them.
//
// Everything here runs on the link's own goroutine.

// longestProof is longer than any proof that a server gives out.
const longestProof = 64

// reporting is how far the report on a link has come. It belongs to run.
type reporting struct {
	proved    bool   // this side has sent its proof
	peerProof []byte // that of the peer
	done      bool   // this side has reported
}

// reportSoon reports a link that has just opened, when there is a proof, or it is
// clear that it must do without.
func (l *link) reportSoon() {
	clock := l.room.settings.clock
	l.prove()
	wait := clock.confirm
	if l.offerer {
		wait = clock.proof
	}
	switch {
	case l.offerer && l.reporting.peerProof != nil, !l.joined.IsZero() && time.Since(l.joined) > clock.connect/2:
		l.reportOpen() // or the server may give up first
	default:
		l.after(wait, func() {
			if !l.reporting.done && !l.room.signaling.isConfirmed(l.peer.ID) {
				l.reportOpen()
			}
		})
	}
}

// prove sends the proof of this side, once.
func (l *link) prove() {
	proof := l.room.signaling.ownProof()
	if l.reporting.proved || l.room.settings.stepByStep || len(proof) == 0 || !l.currentState().up() {
		return
	}
	l.reporting.proved = l.sendNow(&chatv1.Envelope{Content: &chatv1.Envelope_Proof{Proof: &chatv1.Proof{Value: proof}}})
}

// proofReceived notes the first proof of the peer.
func (l *link) proofReceived(proof []byte) {
	if l.reporting.peerProof != nil || l.room.settings.stepByStep || len(proof) == 0 || len(proof) > longestProof {
		return
	}
	l.reporting.peerProof = proof
	l.room.signaling.connected(l.peer.ID, proof)
	if l.offerer && !l.room.signaling.isConfirmed(l.peer.ID) {
		l.reportOpen()
	}
}

// reportOpen tells the server that the link is open.
func (l *link) reportOpen() {
	l.reporting.done = true
	connection := l.current()
	stats := connection.pc.Stats()
	l.room.signaling.report(&signalingv1.ReportOutcomeRequest{
		PeerId:       l.peer.ID,
		ConnectionId: connection.id,
		Epoch:        l.negotiation.Epoch,
		Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{
			LocalCandidateType: stats.Local, RemoteCandidateType: stats.Remote, Elapsed: lite.NewDuration(l.elapsed),
			PeerProof: l.reporting.peerProof,
		}},
	})
}
