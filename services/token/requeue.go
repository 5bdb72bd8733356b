package token

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// RequeueLifetime is how long a requeue token can be redeemed.
	RequeueLifetime = 60 * time.Second

	requeueType     = "requeue+jwt"
	requeueAudience = "wasmp2pchat.matchmaking.v1"
	requeueIssuer   = "wasmp2pchat.signaling.v1"
)

// Requeue is what a requeue token says: the place in the queue of a person
// whose match came to nothing.
type Requeue struct {
	// ID is the same for every copy of the token.
	ID string
	// Pseudonym is the bearer's, sealed; Avoid are those of the others.
	Pseudonym string
	Avoid     []string
	// Pool and GroupSize are those of the ticket.
	Pool      string
	GroupSize int
	// Place is the ticket's place in the queue, and Since when it was taken.
	Place int64
	Since time.Time
	// Count is how often the person came back, this time included.
	Count int
	// Expires is when the token's time is over.
	Expires time.Time
}

type requeueClaims struct {
	jwt.RegisteredClaims
	Pseudonym string   `json:"pseudonym"`
	Avoid     []string `json:"avoid"`
	Pool      string   `json:"pool"`
	GroupSize int      `json:"group_size"`
	Place     int64    `json:"place"`
	Since     int64    `json:"since"` // Unix milliseconds
	Count     int      `json:"count"`
}

// Requeue returns the claim of the bearer of a room token to its place in the
// queue, for a room that closed at the given time. It is the same each time.
func (r Room) Requeue(closedAt time.Time) Requeue {
	requeue := Requeue{
		ID:        fmt.Sprintf("%s.%d", r.ID, r.Slot),
		Pool:      r.Pool,
		GroupSize: r.GroupSize,
		Place:     r.Place,
		Since:     r.Since,
		Count:     r.Requeues + 1,
		Expires:   closedAt.Add(RequeueLifetime),
	}
	for slot, member := range r.Members {
		if slot == r.Slot {
			requeue.Pseudonym = member.Pseudonym
		} else {
			requeue.Avoid = append(requeue.Avoid, member.Pseudonym)
		}
	}
	return requeue
}

// IssueRequeue signs a requeue token with the first key.
func (k *Keyring) IssueRequeue(requeue Requeue) (string, error) {
	key := k.current().signing[0]
	return sign(requeueType, key.id, key.requeue, requeueClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        requeue.ID,
			Issuer:    requeueIssuer,
			Audience:  jwt.ClaimStrings{requeueAudience},
			ExpiresAt: jwt.NewNumericDate(requeue.Expires),
		},
		Pseudonym: requeue.Pseudonym,
		Avoid:     requeue.Avoid,
		Pool:      requeue.Pool,
		GroupSize: requeue.GroupSize,
		Place:     requeue.Place,
		Since:     requeue.Since.UnixMilli(),
		Count:     requeue.Count,
	})
}

// VerifyRequeue returns what a requeue token says, of one whose time is over
// too: a ticket that was made in time may come back later with the same
// token. The error wraps ErrInvalid and holds no part of the token.
func (k *Keyring) VerifyRequeue(text string) (Requeue, error) {
	var claims requeueClaims
	err := k.parse(text, &claims, requeueType, requeueIssuer, requeueAudience,
		func(key signingKey) []byte { return key.requeue })
	if err != nil && !errors.Is(err, ErrExpired) {
		return Requeue{}, err
	}
	if claims.ID == "" || claims.Pseudonym == "" {
		return Requeue{}, fmt.Errorf("%w: incomplete", ErrInvalid)
	}
	return Requeue{
		ID:        claims.ID,
		Pseudonym: claims.Pseudonym,
		Avoid:     claims.Avoid,
		Pool:      claims.Pool,
		GroupSize: claims.GroupSize,
		Place:     claims.Place,
		Since:     time.UnixMilli(claims.Since),
		Count:     claims.Count,
		Expires:   claims.ExpiresAt.Time,
	}, nil
}
