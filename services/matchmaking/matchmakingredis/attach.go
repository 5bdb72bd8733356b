package matchmakingredis

import (
	"context"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// Attach implements matchmaking.Engine.
func (e *Engine) Attach(ctx context.Context, arrival matchmaking.Arrival) (matchmaking.Watch, error) {
	w := newWatch(e, arrival)
	admits, added := e.quotas.admit(w.key(), arrival.Owner, e.now())
	e.register(w)
	status, err := e.attach(ctx, w, false, admits)
	switch {
	case err != nil: // it may have happened
		e.abandon(w)
		if added {
			e.quotas.until(w.key(), e.now().Add(matchmaking.ParkedGrace+matchmaking.Retention))
		}
		return nil, err
	case status == "known":
		return w, nil
	}
	e.unregister(w)
	if added {
		e.quotas.drop(w.key())
	}
	switch status {
	case "stale":
		w.end(matchmaking.Detached{Reason: matchmaking.DetachedStaleAttempt})
		return w, nil
	case "differs":
		err = matchmaking.ErrParametersDiffer
	case "expired":
		err = matchmaking.ErrRequeueExpired
	default:
		err = matchmaking.ErrTooManyTickets
	}
	return nil, err
}

// attach runs attach.lua for a stream and takes in what it returns: a status
// and, when that is known, the ticket. A stream that was open before resumes.
func (e *Engine) attach(ctx context.Context, w *watch, resume, admits bool) (status string, err error) {
	began, pool := time.Now(), w.arrival.Pool
	reply, err := e.ask(ctx, "attach", attachScript, pool, w.arguments(resume, admits, e.config.Limits)...)
	if err != nil {
		return "", err
	}
	status, now := reply.Text(0), time.UnixMicro(reply.Number(1))
	told, changes := reply.Text(2), time.Duration(reply.Number(3))*time.Microsecond
	busy := matchmaking.Pool{Waiting: int(reply.Number(4)), MedianWait: medianWait(reply.Text(5), now)}
	touched := reply.List(6).Texts()
	if err := reply.Err(); err != nil {
		return "", stepError("attach", err)
	}
	if status == "known" {
		v, err := parseView(pool, told)
		if err != nil {
			return "", stepError("attach", err)
		}
		if v.state == "waiting" {
			e.quotas.hold(w.key(), w.arrival.Owner)
			e.setBusy(pool, busy)
			e.renewed(pool, began, changes)
		}
		w.attached(v, busy)
		touched = append(touched, told) // for older streams of this node
	}
	e.deliver(ctx, pool, touched)
	return status, nil
}

// arguments are those of attach.lua, in the order in which it names them.
func (w *watch) arguments(resume, admits bool, limits matchmaking.Limits) []string {
	a := w.arrival
	mode := "attach"
	if resume {
		mode = "resume"
	}
	var buckets []string
	for _, interest := range a.Interests {
		buckets = append(buckets, bucketOf(a.GroupSize, interest))
	}
	arguments := []string{
		a.RequestID, w.generation, mode, number(int64(a.Attempt)), w.fingerprint, encode(a.Pseudonym), encode(a.Owner) + "." + encode(a.Network),
		number(int64(a.GroupSize)), flag(a.InterestsOnly), number(a.MaxWait.Microseconds()),
		listed(buckets), bucketOf(a.GroupSize, ""), items(a.Avoid), items(a.Recent), encode(a.Introduction),
		flag(admits), number(int64(limits.MaxTickets)), number(int64(limits.MaxTicketsPerOwner)),
	}
	claim := a.Requeue
	if claim == nil {
		arguments = append(arguments, "", "", "", "", "", "")
	} else {
		arguments = append(arguments, encode(claim.ID), number(claim.Place), number(claim.Since.UnixMicro()),
			number(int64(claim.Count)), number(claim.Expires.UnixMicro()), items(claim.Avoid))
	}
	if resume {
		arguments = append(arguments, w.restored()...)
	}
	return arguments
}

// restored are the arguments for a store that has lost the ticket.
func (w *watch) restored() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	former := ""
	if claim := w.arrival.Requeue; claim != nil && w.seen.placeKept {
		former = items(claim.Avoid)
	}
	return []string{
		number(w.seen.place), number(w.seen.since.UnixMicro()), number(w.seen.arrived.UnixMicro()),
		number(int64(w.seen.requeues)), flag(w.seen.placeKept), former, number(w.seen.version),
	}
}

// items writes a list of pseudonyms.
func items(pseudonyms []string) string {
	encoded := make([]string, 0, len(pseudonyms))
	for _, pseudonym := range pseudonyms {
		encoded = append(encoded, encode(pseudonym))
	}
	return listed(encoded)
}

// listed puts a comma before and after each item. Empty: there is none.
func listed(items []string) string {
	if len(items) == 0 {
		return ""
	}
	return "," + strings.Join(items, ",") + ","
}
