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

// Requeue is the content of a requeue token: the place in the queue of a person
// whose match failed.
type Requeue struct {
	// ID is the same for every copy of the token.
	ID string
	// Pseudonym is the bearer's sealed pseudonym; Avoid are those of the other
	// members.
	Pseudonym string
	Avoid     []string
	// Pool and GroupSize are those of the ticket.
	Pool      string
	GroupSize int
	// Place is the ticket's place in the queue; Since is when it got that place.
	Place int64
	Since time.Time
	// Count is how often the person was requeued, this time included.
	Count int
	// Expires is when the token expires.
	Expires time.Time
}

type requeueClaims struct {
	jwt.RegisteredClaims
	Pseudonym string   `json:"pseudonym"`
	Avoid     []string `json:"avoid"`
	Pool      string   `json:"pool"`
	GroupSize int      `json:"group_size"`
	Place     string   `json:"queue"` // sealed
}

// Requeue returns the content of the requeue token for the bearer of a room
// token, whose room closed at the given time. It returns the same each time.
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
		Place:     key.sealPlace(requeue.ID, place{requeue.Place, requeue.Since, requeue.Count}),
	})
}

// VerifyRequeue returns the content of a requeue token. It accepts expired
// tokens, because a ticket that was created in time may be sent again later with
// the same token. The error wraps ErrInvalid and holds no part of the token.
func (k *Keyring) VerifyRequeue(text string) (Requeue, error) {
	var claims requeueClaims
	var signed signingKey
	err := k.parse(text, &claims, requeueType, requeueIssuer, requeueAudience, func(key signingKey) []byte {
		signed = key
		return key.requeue
	})
	if err != nil && !errors.Is(err, ErrExpired) {
		return Requeue{}, err
	}
	if claims.ID == "" || claims.Pseudonym == "" {
		return Requeue{}, fmt.Errorf("%w: incomplete", ErrInvalid)
	}
	place, err := signed.openPlace(claims.ID, claims.Place)
	if err != nil {
		return Requeue{}, err
	}
	return Requeue{
		ID:        claims.ID,
		Pseudonym: claims.Pseudonym,
		Avoid:     claims.Avoid,
		Pool:      claims.Pool,
		GroupSize: claims.GroupSize,
		Place:     place.number,
		Since:     place.since,
		Count:     place.count,
		Expires:   claims.ExpiresAt.Time,
	}, nil
}
