package matchmakingtest

import (
	"reflect"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A model states the rules of a matchmaking.Engine in the simplest form: it
// keeps all tickets in one list and looks at each of them whenever something
// happens. It has a clock of its own.
type model struct {
	limits  matchmaking.Limits
	now     time.Time
	tickets []*ticket
	claims  map[string]string // the request id that redeemed a claim
	places  int64
	rooms   int
}

// A ticket is the model's.
type ticket struct {
	arrival  matchmaking.Arrival
	unborn   bool // cancelled before it arrived
	place    int64
	since    time.Time
	requeues int
	former   []string // the others of the match that failed, while they are avoided
	arrived  time.Time
	expires  time.Time
	widened  bool
	stream   *stream   // nil: parked, or over
	parked   time.Time // until then
	last     matchmaking.Event
	forget   time.Time
}

// A stream is the model's watch: what it has still to tell, and to whom.
type stream struct {
	ticket *ticket
	opened time.Time
	events []matchmaking.Event
}

func (s *stream) tell(event matchmaking.Event) { s.events = append(s.events, event) }

func (m *model) attach(a matchmaking.Arrival) (*stream, error) {
	t := m.find(a.Pool, a.RequestID)
	s := &stream{ticket: t, opened: m.now}
	switch {
	case t == nil && a.Requeue != nil && !m.now.Before(a.Requeue.Expires):
		return nil, matchmaking.ErrRequeueExpired
	case t == nil && m.full(a.Owner):
		return nil, matchmaking.ErrTooManyTickets
	case t == nil:
		s.ticket = m.arrive(a)
		m.wait(s, s.ticket.requeues > 0)
	case !t.unborn && !sameRequest(t.arrival, a):
		return nil, matchmaking.ErrParametersDiffer
	case t.last != nil:
		s.tell(t.last)
	case a.Attempt < t.arrival.Attempt:
		s.tell(matchmaking.Detached{Reason: matchmaking.DetachedStaleAttempt})
	default:
		t.arrival.Attempt, t.arrival.Introduction = a.Attempt, a.Introduction
		if t.stream != nil {
			t.stream.tell(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
		}
		m.wait(s, true)
	}
	return s, nil
}

func sameRequest(a, b matchmaking.Arrival) bool {
	a.Attempt, a.Introduction = b.Attempt, b.Introduction
	return reflect.DeepEqual(a, b)
}

func (m *model) arrive(a matchmaking.Arrival) *ticket {
	for _, older := range m.tickets {
		if !older.unborn && older.last == nil && older.arrival.Pool == a.Pool && older.arrival.Pseudonym == a.Pseudonym {
			m.end(older, matchmaking.Ended{Reason: matchmaking.EndSuperseded})
		}
	}
	m.places++
	t := &ticket{arrival: a, place: m.places, since: m.now, arrived: m.now, expires: m.now.Add(a.MaxWait)}
	if claim := a.Requeue; claim != nil {
		if m.claims[claim.ID] == "" {
			m.claims[claim.ID] = a.RequestID
		}
		if m.claims[claim.ID] == a.RequestID {
			t.place, t.since, t.requeues = claim.Place, claim.Since, claim.Count
			t.former = claim.Avoid
		}
	}
	m.tickets = append(m.tickets, t)
	return t
}

// wait attaches the stream. Only a ticket that did not wait before looks for
// a group.
func (m *model) wait(s *stream, placeKept bool) {
	t := s.ticket
	waited := t.waits()
	t.stream = s
	t.widened = t.widened || !m.now.Before(t.widens())
	if !m.now.Before(t.reunites()) {
		t.former = nil
	}
	if !waited {
		m.seek(t)
	}
	if t.last != nil {
		return
	}
	s.tell(matchmaking.Queued{Pool: m.pool(t.arrival.Pool), PlaceKept: placeKept})
	if t.widened {
		t.tellWidened(s)
	}
}

// tellWidened tells a stream what the ticket accepts now that it is widened, if
// that is anything it would name.
func (t *ticket) tellWidened(s *stream) {
	widened := matchmaking.Widened{
		RecentDropped: len(t.arrival.Recent) > 0,
		Any:           len(t.arrival.Interests) > 0 && !t.arrival.InterestsOnly,
	}
	if widened.RecentDropped || widened.Any {
		s.tell(widened)
	}
}

func (m *model) close(s *stream) {
	t := s.ticket
	if t == nil || t.stream != s {
		return
	}
	grace := matchmaking.ParkedGrace
	if m.now.Sub(s.opened) < matchmaking.ShortStream {
		grace = matchmaking.ShortParkedGrace
	}
	t.stream, t.parked = nil, m.now.Add(grace)
}

func (m *model) cancel(pool, requestID, owner string) (matchmaking.Outcome, error) {
	t := m.find(pool, requestID)
	if t == nil {
		if m.full(owner) {
			return matchmaking.Outcome{}, matchmaking.ErrTooManyTickets
		}
		t = &ticket{arrival: matchmaking.Arrival{Pool: pool, RequestID: requestID, Owner: owner}, unborn: true}
		m.tickets = append(m.tickets, t)
	}
	if t.last == nil {
		m.end(t, matchmaking.Ended{Reason: matchmaking.EndCancelled})
	}
	switch last := t.last.(type) {
	case matchmaking.Matched:
		return matchmaking.Outcome{Match: &last.Match}, nil
	default:
		return matchmaking.Outcome{Reason: last.(matchmaking.Ended).Reason}, nil
	}
}

// full reports whether one more ticket of the owner would exceed a limit.
func (m *model) full(owner string) bool {
	owned := 0
	for _, t := range m.tickets {
		if t.arrival.Owner == owner {
			owned++
		}
	}
	return m.limits.MaxTickets > 0 && len(m.tickets) >= m.limits.MaxTickets ||
		owner != "" && m.limits.MaxTicketsPerOwner > 0 && owned >= m.limits.MaxTicketsPerOwner
}

func (m *model) pool(name string) matchmaking.Pool {
	waiting := 0
	for _, t := range m.tickets {
		if t.waits() && t.arrival.Pool == name {
			waiting++
		}
	}
	return matchmaking.Pool{Waiting: waiting}
}

func (m *model) end(t *ticket, last matchmaking.Event) {
	t.last, t.forget = last, m.now.Add(matchmaking.Retention)
	if t.stream != nil {
		t.stream.tell(last)
	}
	t.stream = nil
}

func (m *model) find(pool, requestID string) *ticket {
	for _, t := range m.tickets {
		if t.arrival.Pool == pool && t.arrival.RequestID == requestID {
			return t
		}
	}
	return nil
}

// advance does what is due until then, one thing after the other.
func (m *model) advance(d time.Duration) {
	until := m.now.Add(d)
	for {
		var next *ticket
		for _, t := range m.tickets {
			if !t.due().After(until) && (next == nil || t.due().Before(next.due())) {
				next = t
			}
		}
		if next == nil {
			m.now = until
			return
		}
		m.now = next.due()
		m.act(next)
	}
}

// due is when something happens to the ticket by itself.
func (t *ticket) due() time.Time {
	switch {
	case t.last != nil:
		return t.forget
	case !t.waits() && t.parked.Before(t.expires):
		return t.parked
	case t.waits():
		due := t.expires
		if !t.widened && t.widens().Before(due) {
			due = t.widens()
		}
		if len(t.former) > 0 && t.reunites().Before(due) {
			due = t.reunites()
		}
		return due
	}
	return t.expires
}

func (m *model) act(t *ticket) {
	switch {
	case t.last != nil:
		m.tickets = slices.DeleteFunc(m.tickets, func(other *ticket) bool { return other == t })
	case m.now.Equal(t.expires):
		m.end(t, matchmaking.Ended{Reason: matchmaking.EndExpired})
	case !t.waits():
		m.end(t, matchmaking.Ended{Reason: matchmaking.EndClientGone})
	case len(t.former) > 0 && m.now.Equal(t.reunites()):
		t.former = nil
		m.seek(t)
	default:
		t.widened = true
		t.tellWidened(t.stream)
		m.seek(t)
	}
}

func (t *ticket) waits() bool { return t.stream != nil }

func (t *ticket) widens() time.Time { return t.since.Add(matchmaking.WidenAfter) }

// reunites is when the ticket accepts the others of the match that failed.
func (t *ticket) reunites() time.Time { return t.arrived.Add(matchmaking.WidenAfter) }
