package token

import (
	"encoding/base64"
	"fmt"
)

const pseudonymLength = 16

// Pseudonym returns the name of a client within the services: a keyed hash of
// its client_id. It never leaves the services unsealed.
func (k *Keyring) Pseudonym(clientID string) string {
	return pseudonymOf(k.current().names, clientID)
}

// ThrowAwayPseudonym returns the pseudonym of a client without a client_id. It
// is the same for each attempt of one request id.
func (k *Keyring) ThrowAwayPseudonym(requestID string) string {
	return pseudonymOf(k.current().throwAways, requestID)
}

func pseudonymOf(names *hasher, id string) string {
	return string(names.hashText(id)[:pseudonymLength])
}

// Seal encrypts the pseudonym of a member of a room, as clients are shown it. It
// returns the same for the same member of the same room. For another room or
// member the result differs, so that strangers cannot tell that two of them are
// the same person.
func (k *Keyring) Seal(roomID, peerID, pseudonym string) string {
	return k.current().seal(roomID, peerID, pseudonym)
}

// seal takes the nonce from all that Seal is given, so that no other pseudonym
// is sealed with it. Results of earlier versions have a random nonce.
func (k *keys) seal(roomID, peerID, pseudonym string) string {
	nonce := k.sealingNonces.hash(roomID, peerID, pseudonym)[:k.sealing.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(k.sealing.Seal(nonce, nonce, []byte(pseudonym), nil))
}

// sealMember sets how a member of a room is shown. A member may have no pseudonym.
func (k *keys) sealMember(roomID string, member *Member) {
	member.Sealed = ""
	if member.Pseudonym != "" {
		member.Sealed = k.seal(roomID, member.PeerID, member.Pseudonym)
	}
}

// Open decrypts what Seal returned, for whichever room. The error wraps
// ErrInvalid.
func (k *Keyring) Open(sealed string) (string, error) {
	return k.current().open(sealed)
}

func (k *keys) open(sealed string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < k.sealing.NonceSize() {
		return "", fmt.Errorf("open pseudonym: %w", ErrInvalid)
	}
	nonce, box := raw[:k.sealing.NonceSize()], raw[k.sealing.NonceSize():]
	pseudonym, err := k.sealing.Open(nil, nonce, box, nil)
	if err != nil {
		return "", fmt.Errorf("open pseudonym: %w", ErrInvalid)
	}
	return string(pseudonym), nil
}

// appendPseudonyms encodes a list whose elements have one length. The inverse is
// reader.pseudonyms.
func appendPseudonyms(b []byte, list []string) ([]byte, error) {
	for _, pseudonym := range list {
		if len(pseudonym) != len(list[0]) {
			return nil, fmt.Errorf("pseudonyms of %d and %d bytes", len(list[0]), len(pseudonym))
		}
		b = append(b, pseudonym...)
	}
	return b, nil
}

// pseudonyms reads a list of n that fills the rest.
func (r *reader) pseudonyms(n int) []string {
	list := make([]string, 0, n)
	if len(r.rest)%n != 0 {
		r.fail()
	}
	for size := len(r.rest) / n; len(list) < n; {
		list = append(list, string(r.bytes(size)))
	}
	return list
}
