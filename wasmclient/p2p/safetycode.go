package p2p

import (
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/sha256"
)

// safetyCodeLength is 72 bits: twelve symbols of six. Whoever is between two people would
// have to find certificates for both sides that give the same code, some 2^36 of them for
// each, before the two connect.
const safetyCodeLength = 9

// SafetyCode returns 9 bytes that are the same on both sides of the connection to a peer,
// unless somebody is between the two: they depend on the certificates of both, which the
// connection proves, and on the room. Two people compare it by a way that others cannot
// change, such as a call. A new connection, after [PeerInterrupted], has another code. It
// returns nil for a peer that is gone or is not in the room. See package safetycode.
func (r *Room) SafetyCode(peerID string) []byte {
	link := r.link(peerID)
	if link == nil || !link.currentState().up() {
		return nil
	}
	local, remote := link.current().pc.CurrentSDP()
	certificates := []string{fingerprints(local), fingerprints(remote)}
	slices.Sort(certificates)
	return sha256.Sum(signed("wasmp2pchat safety code", r.id, certificates[0], certificates[1]))[:safetyCodeLength]
}
