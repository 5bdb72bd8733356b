package matchmakingtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	// operations is how many a script has at most: one for each slot.
	operations = 139 // a prime, so that any step goes through all slots
	// slot is how far from each other operations are within a second, and so
	// the deadlines they set, all of which are whole seconds away: no two
	// things happen at one time, and none is decided by less than this.
	slot = 7 * time.Millisecond
)

// A script is what clients do, as data: the same for every engine, and
// smaller when operations are left out.
type script struct {
	limits     matchmaking.Limits
	requests   []request
	operations []operation
}

// A request is an arrival by numbers: of clients and of earlier requests.
type request struct {
	number        int
	client        int
	owner         string
	network       string
	pool          string
	groupSize     int
	interests     []string
	only          bool
	avoid, recent []int
	maxWait       time.Duration
	claim         int // the request whose match failed; -1: none
}

type kind int

const (
	attaches kind = iota // number: the request
	closes               // number: the operation that attached
	cancels              // number: the request
	asks                 // number: the request whose pool is meant
	pauses               // number: seconds
)

type operation struct {
	at      time.Duration // within a second
	id      int
	kind    kind
	number  int
	attempt uint32
	other   bool // with other parameters
	// introduced says that it brings an introduction, if it waits for one person.
	introduced bool
}

func (r request) String() string {
	text := fmt.Sprintf("request %d of client %d, owner %q in %q, for %d in %s", r.number, r.client, r.owner, r.network, r.groupSize, r.pool)
	if len(r.interests) > 0 {
		text += fmt.Sprintf(", interests %s", strings.Join(r.interests, " "))
	}
	if r.only {
		text += " only"
	}
	if len(r.avoid) > 0 {
		text += fmt.Sprintf(", avoids %v", r.avoid)
	}
	if len(r.recent) > 0 {
		text += fmt.Sprintf(", recently met %v", r.recent)
	}
	if r.maxWait < matchmaking.MaxWait {
		text += fmt.Sprintf(", waits %v", r.maxWait)
	}
	if r.claim >= 0 {
		text += fmt.Sprintf(", with the claim of request %d", r.claim)
	}
	return text
}

func (s script) describe(o operation) string {
	text := fmt.Sprintf("%3d at .%03d: ", o.id, o.at.Milliseconds())
	switch o.kind {
	case attaches:
		text += fmt.Sprintf("attach attempt %d, %v", o.attempt, s.requests[o.number])
		if o.other {
			text += ", with other parameters"
		}
		if o.introduced {
			text += ", with an introduction"
		}
	case closes:
		text += fmt.Sprintf("close the stream of %d", o.number)
	case cancels:
		text += fmt.Sprintf("cancel request %d", o.number)
	case asks:
		text += fmt.Sprintf("ask for pool %s", s.requests[o.number].pool)
	case pauses:
		text += fmt.Sprintf("let %d s pass", o.number)
	}
	return text
}

func (s script) String() string {
	var text strings.Builder
	if s.limits != (matchmaking.Limits{}) {
		fmt.Fprintf(&text, "limits %+v\n", s.limits)
	}
	for _, o := range s.operations {
		fmt.Fprintln(&text, s.describe(o))
	}
	return text.String()
}

// newScript returns the same script for the same seed.
func newScript(seed uint64) script {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // a test must repeat
	g.clients = 4 + g.IntN(11)
	g.pools = []string{"a", "b"}[:1+g.IntN(2)]
	g.sizes = [][]int{{2}, {2}, {3}, {2, 2, 2, 3, 4}, {2, 3}, {4}}[g.IntN(6)]
	step := []int{1, operations - 1, 53}[g.IntN(3)]
	if g.one(6) {
		g.script.limits = matchmaking.Limits{MaxTickets: 4 + g.IntN(8), MaxTicketsPerOwner: 2 + g.IntN(4)}
	}
	g.crowds = g.one(3)
	for id := range operations {
		o := g.operation()
		o.id, o.at = id, time.Duration(id*step%operations)*slot
		if o.kind == attaches {
			g.attached = append(g.attached, id)
			o.introduced = !g.one(3)
		}
		g.script.operations = append(g.script.operations, o)
	}
	g.request() // these may have been cancelled in advance
	g.request()
	return g.script
}

type generator struct {
	*rand.Rand
	script   script
	clients  int
	crowds   bool // clients have networks
	pools    []string
	sizes    []int
	attached []int    // operations that attach
	attempts []uint32 // the latest of each request
}

func (g *generator) one(in int) bool { return g.IntN(in) == 0 }

// late prefers the latest of n.
func (g *generator) late(n int) int { return max(0, n-1-g.IntN(min(n, 8))) }

func (g *generator) operation() operation {
	known := len(g.script.requests)
	switch choice := g.IntN(100); {
	case choice < 36 || known == 0:
		g.request()
		return operation{kind: attaches, number: known}
	case choice < 55:
		number := g.late(known)
		attempt := g.attempts[number] + uint32(g.IntN(3)) //nolint:gosec // small
		if g.one(5) {
			attempt = g.attempts[number] / 2
		}
		g.attempts[number] = max(g.attempts[number], attempt)
		return operation{kind: attaches, number: number, attempt: attempt, other: g.one(12)}
	case choice < 70:
		return operation{kind: closes, number: g.attached[g.late(len(g.attached))]}
	case choice < 76:
		return operation{kind: cancels, number: g.late(known+1) + g.IntN(2)*g.IntN(2)}
	case choice < 80:
		return operation{kind: asks, number: g.late(known)}
	}
	seconds := []int{0, 0, 1, 1, 1, 2, 3, 4, 4, 5, 5, 6, 29, 59, 60, 84, 89, 90, 91, 600}
	return operation{kind: pauses, number: seconds[g.IntN(len(seconds))]}
}

func (g *generator) request() {
	r := request{
		number:    len(g.script.requests),
		client:    g.IntN(g.clients),
		pool:      g.pools[g.IntN(len(g.pools))],
		groupSize: g.sizes[g.IntN(len(g.sizes))],
		avoid:     g.people(),
		recent:    g.people(),
		maxWait:   matchmaking.MaxWait,
		claim:     -1,
	}
	if g.script.limits != (matchmaking.Limits{}) {
		r.owner = []string{"", "one", "two", "two"}[g.IntN(4)]
	}
	if g.crowds {
		r.network = []string{"", "wide", "wide", "wide", "far"}[g.IntN(5)]
		r.owner = cmp.Or(r.owner, "one") + " in " + r.network // an owner has one network
	}
	if g.one(2) {
		interests := []string{"art", "go", "sea"}
		g.Shuffle(len(interests), func(i, j int) { interests[i], interests[j] = interests[j], interests[i] })
		r.interests = interests[:1+g.IntN(len(interests))]
		r.only = g.one(4)
	}
	if g.one(6) {
		r.maxWait = []time.Duration{2 * time.Second, 7 * time.Second, 61 * time.Second}[g.IntN(3)]
	}
	if r.number > 0 && g.one(4) {
		r.claim = g.late(r.number)
		earlier := g.script.requests[r.claim]
		r.client, r.pool, r.groupSize = earlier.client, earlier.pool, earlier.groupSize
	}
	g.script.requests = append(g.script.requests, r)
	g.attempts = append(g.attempts, 0)
}

// people returns a few clients, often none.
func (g *generator) people() []int {
	if !g.one(4) {
		return nil
	}
	return g.Perm(g.clients)[:1+g.IntN(2)]
}
