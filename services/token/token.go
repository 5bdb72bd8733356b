// Package token issues and verifies the signed tokens by which the services
// trust a caller: whoever holds a room token is that member of that room. Tokens
// are JSON Web Tokens (RFC 7519) with HS256 only. Each kind of token has its own
// key.
//
// A token is sent with every call, so it is short: besides its audience and its
// expiry it has one claim, a binary content, of which the bearer can read one
// part (bytes.go) and only the services the other (seal.go).
package token

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// RoomLifetime is how long a room token is valid.
const RoomLifetime = 12 * time.Hour

// MaxMembers is how many members the room of a token has at most.
const MaxMembers = 8

var (
	// ErrInvalid means that a token is malformed, forged, of another kind or
	// signed by a key that is not in the keyring.
	ErrInvalid = errors.New("token is not valid")
	// ErrExpired means that a genuine token has expired.
	ErrExpired = errors.New("token has expired")
)

var roomKind = newKind("room", "sig", func(key *signingKey) []byte { return key.room }, olderKind{
	typ: "room+jwt", audience: "wasmp2pchat.signaling.v1", issuer: "wasmp2pchat.matchmaking.v1",
})

// Room is the content of a room token: all that is needed to create the room,
// and which member the bearer is.
type Room struct {
	// ID is the room's id.
	ID string
	// Slot is the bearer's index in Members.
	Slot int
	// Members are in slot order, the bearer included: MaxMembers at most. Their
	// number is the group size of the ticket.
	Members []Member
	// Introduced has a bit for each member that brought an introduction to the
	// match: 1<<slot. It is 0 in tokens of versions without introductions.
	Introduced uint8
	// Pool is that of the ticket.
	Pool string
	// Place is the ticket's place in the queue; Since is when it got that place,
	// to the millisecond.
	Place int64
	Since time.Time
	// Requeues is how often the person was requeued before.
	Requeues int
	// MatchedAt is when the match was made. A token holds whole seconds of it.
	MatchedAt time.Time
	// Expires is when the token expires. VerifyRoom sets it.
	Expires time.Time
}

// A Member is a person in a room.
type Member struct {
	PeerID string
	// Pseudonym is what Keyring.Pseudonym returned. All members' have the same
	// length. It must not be shown to clients.
	Pseudonym string
	// Sealed is the pseudonym as clients are shown it (see Keyring.Seal).
	// VerifyRoom sets it; IssueRoom ignores it.
	Sealed string
}

// IssueRoom signs a room token with the first key. It is valid for RoomLifetime
// from room.MatchedAt, and the same each time for the same room. The error says
// what a room lacks.
//
// For two members with ids as the engines make them and a pool of 16 characters
// it has 320 characters at most. Each further member adds 33 at most. Each three
// characters of a longer pool name add 4. A pool with a dot in its name takes a
// third more for each character.
func (k *Keyring) IssueRoom(room Room) (string, error) {
	keys := k.current()
	key := &keys.signing[0]
	if err := room.check(); err != nil {
		return "", fmt.Errorf("issue room token: %w", err)
	}
	expires := room.MatchedAt.Add(RoomLifetime)
	content, err := room.content(key, expires)
	if err != nil {
		return "", fmt.Errorf("issue room token: %w", err)
	}
	text, err := roomKind.sign(key, expires, content)
	if err != nil {
		return "", err
	}
	keys.verified.add(text, room.asVerified(keys, expires)) // probably it is used here
	return text, nil
}

// asVerified returns what VerifyRoom says of the token of a room.
func (r Room) asVerified(keys *keys, expires time.Time) Room {
	r.Expires = time.Unix(expires.Unix(), 0)
	r.MatchedAt = matchedAt(expires)
	r.Since, r.Requeues = time.UnixMilli(r.Since.UnixMilli()), max(r.Requeues, 0)
	r.Members = slices.Clone(r.Members)
	for slot := range r.Members {
		keys.sealMember(r.ID, &r.Members[slot])
	}
	return r
}

// VerifyRoom returns the content of a room token. The error is ErrExpired or
// wraps ErrInvalid; neither holds a part of the token. The caller must not
// change Members: other callers with the same token share them.
func (k *Keyring) VerifyRoom(text string) (Room, error) {
	keys := k.current()
	if room, known := keys.verified.find(text); known {
		return room, nil
	}
	var claims roomClaims
	key, err := roomKind.parse(keys, text, &claims)
	if err != nil {
		return Room{}, err
	}
	room, err := claims.toRoom(keys, key)
	if err != nil {
		return Room{}, err
	}
	keys.verified.add(text, room)
	return room, nil
}

type roomClaims struct {
	claims
	olderRoomClaims
}

// toRoom refuses a token that is signed with a valid key but whose content makes
// no sense.
func (c *roomClaims) toRoom(keys *keys, key *signingKey) (room Room, err error) {
	if err := c.check(roomKind); err != nil {
		return Room{}, err
	}
	if c.Content == "" {
		room, err = c.olderRoomClaims.toRoom(keys, key, c.ExpiresAt.Time)
	} else {
		room, err = openRoom(keys, key, c.ExpiresAt.Time, c.Content)
	}
	if err != nil {
		return Room{}, err
	}
	return room, room.check()
}

func (r Room) check() error {
	if r.ID == "" || len(r.Members) > MaxMembers || r.Slot < 0 || r.Slot >= len(r.Members) ||
		slices.ContainsFunc(r.Members, func(m Member) bool { return m.PeerID == "" }) {
		return fmt.Errorf("%w: incomplete", ErrInvalid)
	}
	return nil
}
