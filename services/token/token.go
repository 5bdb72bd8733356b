// Package token issues and verifies the signed tokens by which the services
// trust a caller: whoever holds a room token is that member of that room. Tokens
// are JSON Web Tokens (RFC 7519) with HS256 only. Each kind of token has its own
// key.
package token

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// RoomLifetime is how long a room token is valid.
	RoomLifetime = 12 * time.Hour

	leeway       = 60 * time.Second // for clocks of nodes that differ
	maxLength    = 8 << 10
	roomType     = "room+jwt"
	roomAudience = "wasmp2pchat.signaling.v1"
	issuer       = "wasmp2pchat.matchmaking.v1"
)

var (
	// ErrInvalid means that a token is malformed, forged, of another kind or
	// signed by a key that is not in the keyring.
	ErrInvalid = errors.New("token is not valid")
	// ErrExpired means that a genuine token has expired.
	ErrExpired = errors.New("token has expired")
)

// Room is the content of a room token: all that is needed to create the room,
// and which member the bearer is.
type Room struct {
	// ID is the room's id.
	ID string
	// Slot is the bearer's index in Members.
	Slot int
	// Members are in slot order, the bearer included.
	Members []Member
	// Pool and GroupSize are those of the ticket.
	Pool      string
	GroupSize int
	// Place is the ticket's place in the queue; Since is when it got that place.
	Place int64
	Since time.Time
	// Requeues is how often the person was requeued before.
	Requeues int
	// MatchedAt is when the match was made.
	MatchedAt time.Time
	// Expires is when the token expires. IssueRoom sets it.
	Expires time.Time
}

// A Member is a person in a room.
type Member struct {
	PeerID string `json:"id"`
	// Pseudonym is sealed.
	Pseudonym string `json:"pseudonym"`
}

type roomClaims struct {
	jwt.RegisteredClaims
	Room      string   `json:"room"`
	Slot      int      `json:"slot"`
	Members   []Member `json:"members"`
	Pool      string   `json:"pool"`
	GroupSize int      `json:"group_size"`
	Place     string   `json:"queue"`      // sealed
	MatchedAt int64    `json:"matched_at"` // Unix milliseconds
	// A token of a version that did not seal the place has these instead.
	OpenPlace    int64 `json:"place,omitempty"`
	OpenSince    int64 `json:"since,omitempty"` // Unix milliseconds
	OpenRequeues int   `json:"requeues,omitempty"`
}

// IssueRoom signs a room token with the first key. It is valid for
// RoomLifetime from room.MatchedAt.
func (k *Keyring) IssueRoom(room Room) (string, error) {
	keys := k.current()
	key := keys.signing[0]
	claims := roomClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{roomAudience},
			ExpiresAt: jwt.NewNumericDate(room.MatchedAt.Add(RoomLifetime)),
		},
		Room:      room.ID,
		Slot:      room.Slot,
		Members:   room.Members,
		Pool:      room.Pool,
		GroupSize: room.GroupSize,
		Place:     key.sealPlace(room.ID, place{room.Place, room.Since, room.Requeues}),
		MatchedAt: room.MatchedAt.UnixMilli(),
	}
	text, err := sign(roomType, key.id, key.room, claims)
	if err != nil {
		return "", err
	}
	if issued, err := claims.toRoom(key); err == nil {
		keys.verified.add(text, issued) // probably it is used here
	}
	return text, nil
}

// VerifyRoom returns the content of a room token. The error is ErrExpired or
// wraps ErrInvalid; neither holds a part of the token. The
// caller must not change Members: other callers with the same token share them.
func (k *Keyring) VerifyRoom(text string) (Room, error) {
	keys := k.current()
	if room, known := keys.verified.find(text); known {
		return room, nil
	}
	var claims roomClaims
	var signed signingKey
	err := k.parse(text, &claims, roomType, issuer, roomAudience, func(key signingKey) []byte {
		signed = key
		return key.room
	})
	if err != nil {
		return Room{}, err
	}
	room, err := claims.toRoom(signed)
	if err != nil {
		return Room{}, err
	}
	keys.verified.add(text, room)
	return room, nil
}

func sign(kind, keyID string, key []byte, claims jwt.Claims) (string, error) {
	signed := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	signed.Header["typ"], signed.Header["kid"] = kind, keyID
	text, err := signed.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", kind, err)
	}
	return text, nil
}

// parse sets claims from a token of one kind, for one audience. After ErrExpired
// the claims are genuine but expired.
func (k *Keyring) parse(text string, claims jwt.Claims, kind, issuer, audience string, subkey func(signingKey) []byte) error {
	if len(text) > maxLength {
		return fmt.Errorf("%w: too long", ErrInvalid)
	}
	_, err := jwt.ParseWithClaims(text, claims,
		func(parsed *jwt.Token) (any, error) { return k.find(parsed, kind, subkey) },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(leeway))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidAudience) && !errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return ErrExpired
	case err != nil:
		return ErrInvalid
	}
	return nil
}

func (k *Keyring) find(parsed *jwt.Token, kind string, subkey func(signingKey) []byte) (any, error) {
	if parsed.Header["typ"] != kind {
		return nil, errors.New("another kind of token")
	}
	for _, key := range k.current().signing {
		if parsed.Header["kid"] == key.id {
			return subkey(key), nil
		}
	}
	return nil, errors.New("unknown key id")
}

// toRoom refuses a token that is signed with a valid key but whose content makes
// no sense.
func (c *roomClaims) toRoom(key signingKey) (Room, error) {
	place := place{c.OpenPlace, time.UnixMilli(c.OpenSince), c.OpenRequeues}
	if c.Place != "" {
		var err error
		if place, err = key.openPlace(c.Room, c.Place); err != nil {
			return Room{}, err
		}
	}
	room := Room{
		ID:        c.Room,
		Slot:      c.Slot,
		Members:   c.Members,
		Pool:      c.Pool,
		GroupSize: c.GroupSize,
		Place:     place.number,
		Since:     place.since,
		Requeues:  place.count,
		MatchedAt: time.UnixMilli(c.MatchedAt),
		Expires:   c.ExpiresAt.Time,
	}
	return room, room.check()
}

func (r Room) check() error {
	if r.ID == "" || r.Slot < 0 || r.Slot >= len(r.Members) ||
		slices.ContainsFunc(r.Members, func(m Member) bool { return m.PeerID == "" }) {
		return fmt.Errorf("%w: incomplete", ErrInvalid)
	}
	return nil
}
