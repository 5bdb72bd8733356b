package token

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// RequeueLifetime is how long a requeue token can be redeemed.
const RequeueLifetime = 60 * time.Second

var requeueKind = newKind("requeue", "match", func(key *signingKey) []byte { return key.requeue }, olderKind{
	typ: "requeue+jwt", audience: "wasmp2pchat.matchmaking.v1", issuer: "wasmp2pchat.signaling.v1",
})

// Requeue is the content of a requeue token: the place in the queue of a person
// whose match failed.
type Requeue struct {
	// ID is the same for every copy of the token.
	ID string
	// Pseudonym is the bearer's; Avoid are those of the other members. They must
	// not be shown to clients.
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
	// Expires is when the token expires, in whole seconds.
	Expires time.Time
}

// Requeue returns the content of the requeue token for the bearer of a room
// token, whose room closed at the given time. It returns the same each time.
func (r Room) Requeue(closedAt time.Time) Requeue {
	requeue := Requeue{
		ID:        fmt.Sprintf("%s.%d", r.ID, r.Slot),
		Pool:      r.Pool,
		GroupSize: len(r.Members),
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

// IssueRequeue signs a requeue token with the first key. It is the same each
// time for the same content.
func (k *Keyring) IssueRequeue(requeue Requeue) (string, error) {
	key := &k.current().signing[0]
	open := binary.AppendUvarint(nil, uint64(len(requeue.Avoid)+1))
	open = appendText(open, requeue.ID)
	open = appendText(open, requeue.Pool)
	open = binary.AppendUvarint(open, uint64(max(requeue.GroupSize, 0)))
	secret := place{requeue.Place, requeue.Since, requeue.Count}.append(nil, time.Unix(requeue.Expires.Unix(), 0))
	secret, err := appendPseudonyms(secret, append([]string{requeue.Pseudonym}, requeue.Avoid...))
	if err != nil {
		return "", fmt.Errorf("issue requeue token: %w", err)
	}
	return requeueKind.sign(key, requeue.Expires, key.sealContent(requeueKind.typ, requeue.Expires, open, secret))
}

// VerifyRequeue returns the content of a requeue token. It accepts expired
// tokens, because a ticket that was created in time may be sent again later with
// the same token. The error wraps ErrInvalid and holds no part of the token.
func (k *Keyring) VerifyRequeue(text string) (Requeue, error) {
	var claims struct {
		claims
		olderRequeueClaims
	}
	keys := k.current()
	key, err := requeueKind.parse(keys, text, &claims)
	if err != nil && !errors.Is(err, ErrExpired) {
		return Requeue{}, err
	}
	if err := claims.check(requeueKind); err != nil {
		return Requeue{}, err
	}
	var requeue Requeue
	if claims.Content == "" {
		requeue, err = claims.toRequeue(keys, key, claims.ID, claims.ExpiresAt.Time)
	} else {
		requeue, err = openRequeue(key, claims.ExpiresAt.Time, claims.Content)
	}
	if err != nil {
		return Requeue{}, err
	}
	if requeue.ID == "" || requeue.Pseudonym == "" {
		return Requeue{}, fmt.Errorf("%w: incomplete", ErrInvalid)
	}
	return requeue, nil
}

func openRequeue(key *signingKey, expires time.Time, content string) (Requeue, error) {
	requeue := Requeue{Expires: expires}
	var count int
	secret, err := key.openContent(requeueKind.typ, expires, content, func(open *reader) {
		count = max(open.count(), 1)
		requeue.ID, requeue.Pool, requeue.GroupSize = open.text(), open.text(), open.count()
	})
	if err != nil {
		return Requeue{}, err
	}
	place := secret.place(time.Unix(expires.Unix(), 0))
	requeue.Place, requeue.Since, requeue.Count = place.number, place.since, place.count
	pseudonyms := secret.pseudonyms(count)
	requeue.Pseudonym, requeue.Avoid = pseudonyms[0], pseudonyms[1:]
	return requeue, secret.err
}
