package token

import (
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"
)

// This file reads tokens of the format before contents, whose claims are JSON
// with sealed texts in it. Chats of before an update are repaired with them, for
// RoomLifetime; then the file can go.

// An olderKind is what a kind of token was called.
type olderKind struct{ typ, audience, issuer string }

type olderRoomClaims struct {
	Room    string `json:"room"`
	Slot    int    `json:"slot"`
	Members []struct {
		PeerID string `json:"id"`
		Sealed string `json:"pseudonym"`
	} `json:"members"`
	Pool      string `json:"pool"`
	Place     string `json:"queue"`      // sealed
	MatchedAt int64  `json:"matched_at"` // Unix milliseconds
	// A token of a version that did not seal the place has these instead.
	OpenPlace    int64 `json:"place"`
	OpenSince    int64 `json:"since"` // Unix milliseconds
	OpenRequeues int   `json:"requeues"`
}

func (c *olderRoomClaims) toRoom(keys *keys, key *signingKey, expires time.Time) (Room, error) {
	place := place{c.OpenPlace, time.UnixMilli(c.OpenSince), c.OpenRequeues}
	if c.Place != "" {
		var err error
		if place, err = key.older.openPlace(c.Room, c.Place); err != nil {
			return Room{}, err
		}
	}
	room := Room{
		ID:        c.Room,
		Slot:      c.Slot,
		Pool:      c.Pool,
		Place:     place.number,
		Since:     place.since,
		Requeues:  place.count,
		MatchedAt: time.UnixMilli(c.MatchedAt),
		Expires:   expires,
	}
	sealed := make([]string, 0, len(c.Members))
	for _, member := range c.Members {
		room.Members = append(room.Members, Member{PeerID: member.PeerID, Sealed: member.Sealed})
		sealed = append(sealed, member.Sealed)
	}
	if pseudonyms, err := keys.openAll(sealed); err == nil { // else the room is good, but not for a requeue token
		for slot, pseudonym := range pseudonyms {
			room.Members[slot].Pseudonym = pseudonym
		}
	}
	return room, nil
}

type olderRequeueClaims struct {
	Sealed    string   `json:"pseudonym"`
	Avoid     []string `json:"avoid"` // sealed
	Pool      string   `json:"pool"`
	GroupSize int      `json:"group_size"`
	Place     string   `json:"queue"` // sealed
}

func (c *olderRequeueClaims) toRequeue(keys *keys, key *signingKey, id string, expires time.Time) (Requeue, error) {
	place, err := key.older.openPlace(id, c.Place)
	if err != nil {
		return Requeue{}, err
	}
	pseudonyms, err := keys.openAll(append([]string{c.Sealed}, c.Avoid...))
	if err != nil {
		return Requeue{}, err
	}
	return Requeue{
		ID:        id,
		Pseudonym: pseudonyms[0],
		Avoid:     pseudonyms[1:],
		Pool:      c.Pool,
		GroupSize: c.GroupSize,
		Place:     place.number,
		Since:     place.since,
		Count:     place.count,
		Expires:   expires,
	}, nil
}

func (k *keys) openAll(sealed []string) ([]string, error) {
	list := make([]string, 0, len(sealed))
	for _, text := range sealed {
		pseudonym, err := k.open(text)
		if err != nil {
			return nil, err
		}
		list = append(list, pseudonym)
	}
	return list, nil
}

// olderKey is what a signing key had for tokens of the older format.
type olderKey struct {
	id     string
	places cipher.AEAD
}

// openPlace decrypts the place of the token that name names. The error wraps
// ErrInvalid.
func (k *olderKey) openPlace(name, sealed string) (place, error) {
	const plainSize = 8 + 8 + 4
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	size := k.places.NonceSize()
	if err != nil || len(raw) < size {
		return place{}, fmt.Errorf("open place: %w", ErrInvalid)
	}
	plain, err := k.places.Open(nil, raw[:size], raw[size:], []byte("place of "+name))
	if err != nil || len(plain) != plainSize {
		return place{}, fmt.Errorf("open place: %w", ErrInvalid)
	}
	return place{
		number: int64(binary.BigEndian.Uint64(plain)),                       //nolint:gosec // the bits count
		since:  time.UnixMilli(int64(binary.BigEndian.Uint64(plain[8:16]))), //nolint:gosec // as above
		count:  int(binary.BigEndian.Uint32(plain[16:])),
	}, nil
}
