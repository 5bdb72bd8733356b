package matchmaking

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
)

// The times of a ticket.
const (
	// MaxWait is how long a ticket waits at most, and unless asked otherwise.
	MaxWait = 30 * time.Minute
	// ParkedGrace is how long a ticket without a stream lives.
	ParkedGrace = 90 * time.Second
	// ShortParkedGrace is the grace of a ticket whose stream lasted less than
	// ShortStream: a client that only looks in is not waited for.
	ShortParkedGrace = 5 * time.Second
	// ShortStream is the life below which a stream earns only ShortParkedGrace.
	ShortStream = time.Second
	// WidenAfter is how long a ticket waits for its interests only, and not for
	// the people it met recently.
	WidenAfter = 5 * time.Second
	// WalkPause bounds how long two compatible tickets may wait side by side
	// while a long queue is looked through.
	WalkPause = time.Second
	// Retention is how long the end of a ticket is remembered.
	Retention = 60 * time.Second
	// RecentWaits is how long a match counts for Pool.MedianWait.
	RecentWaits = 10 * time.Minute
)

// The bounds and defaults of an arrival.
const (
	DefaultPool      = "lobby"
	DefaultGroupSize = 2
	MaxGroupSize     = 8
	MaxInterests     = 8
	MaxAvoid         = 64
	MaxRecent        = 32
	// MaxLook is how many tickets an arrival looks at before others get their
	// turn; the rest of a long queue follows within WalkPause.
	MaxLook = 128
	// MaxIntroduction is how many bytes an introduction has at most.
	MaxIntroduction = 12 << 10

	minSecret   = 22 // 128 bits in base64url
	maxName     = 64
	maxSealed   = 256
	maxInterest = 64
)

// An Arrival says who waits for whom.
type Arrival struct {
	// RequestID names the ticket within its pool. A secret of the client: never
	// log it.
	RequestID string
	// Attempt counts up with each re-attach.
	Attempt uint32
	// ClientID is the secret of the client. Empty: a throw-away client.
	ClientID string
	// Pseudonym stands for ClientID in the engine and is never empty there. It
	// has one active ticket per pool.
	Pseudonym string
	// Owner is whom Limits.MaxTicketsPerOwner charges the ticket to. Empty: not
	// limited.
	Owner string
	// Network is the network of the client, which may not crowd a pool. Empty:
	// none. An owner has one network.
	Network string
	// Pool is the pool to wait in.
	Pool string
	// GroupSize is how many people the room is for, this one included.
	GroupSize int
	// Interests are in order of preference, in lower case.
	Interests []string
	// InterestsOnly keeps away everybody without a common interest.
	InterestsOnly bool
	// Avoid holds pseudonyms never to meet.
	Avoid []string
	// Recent holds pseudonyms not to meet before the ticket is widened.
	Recent []string
	// AvoidSent and RecentSent are those lists as the client sent them, sealed.
	// The fingerprint is of these: otherwise it would tell whether two sealed
	// pseudonyms are of one person. Nil: there are only the lists above.
	AvoidSent, RecentSent []string
	// MaxWait is how long to wait at most.
	MaxWait time.Duration
	// Requeue claims the place of an earlier ticket. Nil: none.
	Requeue *Requeue
	// Introduction is handed to the partner as it is, any bytes. The latest Attach
	// counts: it is not part of what the arrival asks for. Empty: none.
	Introduction string
}

// A Requeue is the claim of a person whose match failed. The first request id
// of the pool that brings it gets what it says; any other is a plain arrival.
type Requeue struct {
	// ID tells one claim from another.
	ID string
	// Place and Since are those of the ticket that was matched.
	Place int64
	Since time.Time
	// Count is how often the person came back, this time included.
	Count int
	// Avoid holds the pseudonyms of the others in that match. They are avoided
	// until WidenAfter has passed since this ticket arrived, so that the only
	// two people of a small pool find each other again.
	Avoid []string
	// Expires is when the claim lapses, for a request id not known yet: at
	// most Retention ahead, so that an engine need not remember the claim for
	// longer than the ticket that redeemed it.
	Expires time.Time
}

// Complete returns the arrival with defaults in place of zero values and
// MaxWait capped. The error is an *InvalidError that lists every field at
// fault.
func (a Arrival) Complete() (Arrival, error) {
	if a.Pool == "" {
		a.Pool = DefaultPool
	}
	if a.GroupSize == 0 {
		a.GroupSize = DefaultGroupSize
	}
	var faults InvalidError
	faults.Include(CheckRequestID(a.RequestID))
	if a.ClientID != "" && !secret(a.ClientID, 1) {
		faults.Add("client_id", "must be at most 64 characters of A-Z, a-z, 0-9, _ and -")
	}
	faults.Include(CheckPool(a.Pool))
	if a.GroupSize < 2 || a.GroupSize > MaxGroupSize {
		faults.Add("group_size", "must be 2 to 8")
	}
	a.Interests = lower(a.Interests)
	checkList(&faults, "interests", a.Interests, MaxInterests, maxInterest)
	if a.InterestsOnly && len(a.Interests) == 0 {
		faults.Add("interests_only", "needs interests")
	}
	checkList(&faults, "avoid", a.Avoid, MaxAvoid, maxSealed)
	checkList(&faults, "recent", a.Recent, MaxRecent, maxSealed)
	if a.MaxWait < 0 {
		faults.Add("max_wait", "must not be negative")
	}
	switch {
	case len(a.Introduction) > MaxIntroduction:
		faults.Add("introduction", fmt.Sprintf("must be at most %d bytes", MaxIntroduction))
	case len(a.Introduction) > 0 && a.GroupSize > DefaultGroupSize:
		faults.Add("introduction", "must be empty for a group_size over 2")
	}
	if a.MaxWait == 0 || a.MaxWait > MaxWait {
		a.MaxWait = MaxWait
	}
	return a, faults.OrNil()
}

// Widening is what a ticket of the arrival tells when it is widened. The zero
// value is not told: there is nothing that it did not accept before.
func (a Arrival) Widening() Widened {
	return Widened{
		RecentDropped: len(a.Recent) > 0,
		Any:           len(a.Interests) > 0 && !a.InterestsOnly,
	}
}

// The least number of tickets with which a network crowds a pool, and the share
// of the pool's tickets it exceeds then: one in CrowdShare.
const (
	CrowdFrom  = 8
	CrowdShare = 4
)

// Crowds reports whether a network crowds a pool: it has many of its tickets.
// Otherwise one address with tickets that avoid one another could meet everybody
// who comes. Tickets count until their end is forgotten, or an address could
// bring a new one after each match.
func Crowds(tickets, ofPool int) bool {
	return tickets >= CrowdFrom && tickets*CrowdShare > ofPool
}

// Fingerprint is equal for two arrivals that ask for the same, whatever their
// Attempt and Introduction. An engine compares it when a request id comes again.
func (a Arrival) Fingerprint() string {
	text := fmt.Appendf(nil, "%d %t %d", a.GroupSize, a.InterestsOnly, a.MaxWait)
	avoid, recent := a.Avoid, a.Recent
	if a.AvoidSent != nil || a.RecentSent != nil {
		avoid, recent = a.AvoidSent, a.RecentSent
	}
	for _, list := range [][]string{{a.Pseudonym, a.Pool, a.requeueID()}, a.Interests, avoid, recent} {
		text = append(text, '\n')
		for _, value := range list {
			text = strconv.AppendQuote(text, value)
		}
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func (a Arrival) requeueID() string {
	if a.Requeue == nil {
		return ""
	}
	return a.Requeue.ID
}

func lower(interests []string) []string {
	folded := make([]string, 0, len(interests))
	for _, interest := range interests {
		if utf8.ValidString(interest) { // folding would hide that it is not
			interest = strings.ToLower(strings.TrimSpace(interest))
		}
		folded = append(folded, interest)
	}
	return folded
}

// CheckRequestID reports what is wrong with a request id: nil or an
// *InvalidError.
func CheckRequestID(id string) error {
	if secret(id, minSecret) {
		return nil
	}
	return invalid.Field("request_id", "must be 22 to 64 characters of A-Z, a-z, 0-9, _ and -, hard to guess: a random UUID passes")
}

// CheckPool reports what is wrong with the name of a pool: nil or an
// *InvalidError.
func CheckPool(name string) error {
	if len(name) > 0 && len(name) <= maxName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == "" {
		return nil
	}
	return invalid.Field("pool", "must be 1 to 64 characters of a-z, 0-9, ., _ and -")
}

func secret(s string, shortest int) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	return len(s) >= shortest && len(s) <= maxName && strings.Trim(s, alphabet) == ""
}
