package matchmakingredis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// What attach.lua is asked to do.
const (
	look   = "look"
	arrive = "arrive"
	resume = "resume"
)

// claimAttempts is how often an index that others change meanwhile is read.
const claimAttempts = 5

// Attach implements matchmaking.Engine.
func (e *Engine) Attach(ctx context.Context, arrival matchmaking.Arrival) (matchmaking.Watch, error) {
	w := newWatch(e, arrival)
	key, mine := e.requestKey(arrival.Pool, arrival.RequestID), location{arrival.Pool, arrival.Fingerprint()}
	given := onlyIfFree
	for range claimAttempts {
		held, err := e.claim(ctx, key, mine, given)
		switch {
		case err != nil:
			return nil, err
		case held.free, held.location.String() == given: // replaced
			return e.arrive(ctx, w, mine, held.now)
		}
		attached, err := e.attach(ctx, w, held.location.pool, look)
		switch {
		case err != nil:
			return nil, err
		case attached:
			return w, nil
		case held.location == mine: // noted, and not there yet, or lost
			return e.arrive(ctx, w, mine, held.now)
		}
		given = held.location.String() // of a ticket that is forgotten
	}
	return nil, fmt.Errorf("attach: %w: others claim this request at once", matchmaking.ErrUnavailable)
}

// arrive makes a ticket that is not known.
func (e *Engine) arrive(ctx context.Context, w *watch, mine location, now time.Time) (matchmaking.Watch, error) {
	arrival := w.arrival
	var refused error
	switch {
	case arrival.Requeue != nil && !now.Before(arrival.Requeue.Expires):
		refused = matchmaking.ErrRequeueExpired
	case !e.quotas.take(arrival.RequestID, arrival.Owner, now):
		refused = matchmaking.ErrTooManyTickets
	}
	if refused != nil {
		e.release(ctx, e.requestKey(arrival.Pool, arrival.RequestID), mine)
		return nil, refused
	}
	older, err := e.claim(ctx, e.clientKey(arrival.Pool, arrival.Pseudonym), location{arrival.Pool, arrival.RequestID}, anyway)
	if err != nil {
		return nil, err
	}
	if !older.free && older.location.name != arrival.RequestID {
		if _, err := e.finish(ctx, older.location.pool, older.location.name, matchmaking.EndSuperseded); err != nil {
			return nil, fmt.Errorf("supersede: %w", err)
		}
	}
	_, err = e.attach(ctx, w, arrival.Pool, arrive)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// attach runs attach.lua for a stream and reports whether the ticket is known.
func (e *Engine) attach(ctx context.Context, w *watch, name, mode string) (bool, error) {
	e.register(w, name)
	r, err := e.run(ctx, attachScript, name,
		w.arrival.RequestID, w.generation, mode, number(int64(w.arrival.Attempt)), w.arrival.Fingerprint(), toJSON(w.details(mode)))
	if err != nil {
		e.abandon(w) // it may have happened
		return false, err
	}
	status, touched := r.text(r.list, 0), r.views(1)
	known := false
	switch status {
	case "unknown":
	case "differs":
		err = matchmaking.ErrParametersDiffer
	case "stale":
		known = true
		w.end(matchmaking.Detached{Reason: matchmaking.DetachedStaleAttempt})
	case "fenced":
		known = true
		w.end(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
	default:
		known = true
		v := r.view(2)
		w.attached(v, r.pool(4))
		touched = append(touched, v) // for older streams of this node
		e.addWalk(name, r.walk(*r.at(r.list, 3)))
	}
	if r.err != nil {
		err = r.err
	}
	if !known || err != nil {
		e.unregister(w)
	}
	e.deliver(name, touched)
	return known, err
}

// details are an arrival as attach.lua reads it. Times and places are text, as
// JSON's numbers lose digits on the way, and so are pseudonyms, which are any
// bytes.
type details struct {
	Pseudonym string   `json:"pseudonym"`
	Size      int      `json:"size"`
	Only      bool     `json:"only"`
	Interests []string `json:"interests"` // buckets
	Anybody   string   `json:"anybody"`   // bucket
	Avoid     []string `json:"avoid"`
	Recent    []string `json:"recent"`
	Wait      int64    `json:"wait"`
	Claim     *place   `json:"claim,omitempty"`
	Restore   *place   `json:"restore,omitempty"`
}

// place is one that a ticket had before.
type place struct {
	ID      string   `json:"id"`
	Place   int64    `json:"place,string"`
	Since   int64    `json:"since,string"`
	Arrived int64    `json:"arrived,string"`
	Count   int      `json:"count"`
	Expires int64    `json:"expires,string"`
	Avoid   []string `json:"avoid"`
}

func (w *watch) details(mode string) details {
	a := w.arrival
	d := details{
		Pseudonym: encode(a.Pseudonym), Size: a.GroupSize, Only: a.InterestsOnly, Interests: []string{},
		Anybody: bucketOf(a.GroupSize, ""), Avoid: encodeAll(a.Avoid), Recent: encodeAll(a.Recent), Wait: a.MaxWait.Microseconds(),
	}
	for _, interest := range a.Interests {
		d.Interests = append(d.Interests, bucketOf(a.GroupSize, interest))
	}
	if claim := a.Requeue; claim != nil {
		d.Claim = &place{
			ID: claim.ID, Place: claim.Place, Since: claim.Since.UnixMicro(), Count: claim.Count,
			Expires: claim.Expires.UnixMicro(), Avoid: encodeAll(claim.Avoid),
		}
	}
	if mode == resume {
		d.Restore = w.place(d.Claim)
	}
	return d
}

// place is where the ticket is, for a store that lost it.
func (w *watch) place(claim *place) *place {
	w.mu.Lock()
	defer w.mu.Unlock()
	avoid := encodeAll(w.arrival.Avoid)
	if claim != nil && w.seen.redeemed {
		avoid = slices.Concat(avoid, claim.Avoid)
	}
	return &place{
		Place: w.seen.place, Since: w.seen.since.UnixMicro(), Arrived: w.seen.arrived.UnixMicro(),
		Count: w.seen.requeues, Avoid: avoid,
	}
}

// encodeAll never returns nil: JSON's list of nothing is not JSON's null to Lua.
func encodeAll(pseudonyms []string) []string {
	encoded := make([]string, 0, len(pseudonyms))
	for _, pseudonym := range pseudonyms {
		encoded = append(encoded, encode(pseudonym))
	}
	return encoded
}
