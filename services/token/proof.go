package token

import "crypto/hmac"

// ProofLength is the length of a proof in bytes.
const ProofLength = 16

// Proof returns the secret that stands for one member of one room. It is a keyed
// hash of both ids, the same each time, and nothing is stored.
//
// Welcome hands it to that member alone. The member passes it on to its peer over
// the open data channel, and nowhere else. When the peer shows it to the server,
// the server knows that a data channel between the two is open: the peer can have
// it from that channel only. So the peer's report confirms the pair, and neither
// member can claim a connection that does not exist without the other's help.
//
// A proof is worth nothing else: it opens no room, and it is no secret between
// the two members once their channel is open.
func (k *Keyring) Proof(roomID, peerID string) []byte {
	return k.current().signing[0].prove(roomID, peerID)
}

// VerifyProof reports whether proof is that of the member peerID of the room,
// made with any of the keys. The time it takes does not depend on the content of
// proof. The caller must have checked that the room has that member.
func (k *Keyring) VerifyProof(roomID, peerID string, proof []byte) bool {
	genuine := false
	keys := k.current()
	for i := range keys.signing {
		if hmac.Equal(keys.signing[i].prove(roomID, peerID), proof) {
			genuine = true // go on, so that the time does not tell which key it was
		}
	}
	return genuine
}

func (k *signingKey) prove(roomID, peerID string) []byte {
	return k.proofs.hash(roomID, peerID)[:ProofLength]
}
