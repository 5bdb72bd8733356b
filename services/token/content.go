package token

import (
	"encoding/binary"
	"time"
)

// usualSize holds either part of the content of a pair.
const usualSize = 64

// content encodes a room. What the bearer may read is: one number for the count
// of members, the bearer's slot and who was introduced, below 128 for a pair; the
// room's id; the pool; the peer ids. The rest is secret: the place in the queue
// and the pseudonyms in slot order.
func (r Room) content(key *signingKey, expires time.Time) (string, error) {
	count := uint64(len(r.Members))
	open := binary.AppendUvarint(make([]byte, 0, usualSize), (uint64(r.Introduced)*count+uint64(r.Slot))*MaxMembers+count-1) //nolint:gosec // checked
	open = appendText(open, r.ID)
	open = appendText(open, r.Pool)
	pseudonyms := make([]string, 0, count)
	for _, member := range r.Members {
		open = appendPeerID(open, r.ID, member.PeerID)
		pseudonyms = append(pseudonyms, member.Pseudonym)
	}
	secret := place{r.Place, r.Since, r.Requeues}.append(make([]byte, 0, usualSize), matchedAt(expires))
	secret, err := appendPseudonyms(secret, pseudonyms)
	if err != nil {
		return "", err
	}
	return key.sealContent(roomKind.typ, expires, open, secret), nil
}

// openRoom is the inverse.
func openRoom(keys *keys, key *signingKey, expires time.Time, content string) (Room, error) {
	expires = time.Unix(expires.Unix(), 0)
	room := Room{MatchedAt: matchedAt(expires), Expires: expires}
	secret, err := key.openContent(roomKind.typ, expires, content, room.readOpen)
	if err != nil {
		return Room{}, err
	}
	place := secret.place(room.MatchedAt)
	room.Place, room.Since, room.Requeues = place.number, place.since, place.count
	for slot, pseudonym := range secret.pseudonyms(len(room.Members)) {
		room.Members[slot].Pseudonym = pseudonym
		keys.sealMember(room.ID, &room.Members[slot])
	}
	return room, secret.err
}

func (r *Room) readOpen(open *reader) {
	number := open.uvarint()
	count := number%MaxMembers + 1
	number /= MaxMembers
	r.Slot, r.Introduced = int(number%count), uint8(number/count) //nolint:gosec // as content wrote it
	r.ID, r.Pool = open.text(), open.text()
	r.Members = make([]Member, count)
	for slot := range r.Members {
		r.Members[slot].PeerID = open.peerID(r.ID)
	}
}

// matchedAt is in whole seconds.
func matchedAt(expires time.Time) time.Time {
	return time.Unix(expires.Unix(), 0).Add(-RoomLifetime)
}

// manyBits is how much of four bits a length can say; more is written after it.
const manyBits = 15

// appendPeerID appends a peer id: how many characters it begins with that the
// room's id begins with too, and the others. The inverse is reader.peerID.
func appendPeerID(b []byte, roomID, peerID string) []byte {
	shared := 0
	for shared < min(len(roomID), len(peerID), manyBits) && roomID[shared] == peerID[shared] {
		shared++
	}
	rest := peerID[shared:]
	if len(rest) >= manyBits {
		return appendText(append(b, byte(shared<<4|manyBits)), rest) //nolint:gosec // shared fits four bits
	}
	return append(append(b, byte(shared<<4|len(rest))), rest...) //nolint:gosec // both fit four bits
}

func (r *reader) peerID(roomID string) string {
	sizes := r.bytes(1)
	if r.err != nil {
		return ""
	}
	shared, rest := int(sizes[0]>>4), int(sizes[0]&manyBits)
	if shared > len(roomID) {
		r.fail()
		return ""
	}
	if rest == manyBits {
		return roomID[:shared] + r.text()
	}
	return roomID[:shared] + string(r.bytes(rest))
}
