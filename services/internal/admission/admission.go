// Package admission limits requests: how many may be open at once, and how many
// may begin per second, for each caller, for the networks it is in, and for all
// together.
package admission

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are the limits of one caller, or of all together. A zero field is no
// limit.
type Limits struct {
	// Open is how many requests may be open at once.
	Open int
	// Rate is how many requests may begin per second, and Burst how many at
	// once after a pause. With a Rate, Burst must be at least 1.
	Rate  float64
	Burst int
}

// A Caller is somebody who makes requests, or a network that holds such.
type Caller struct {
	Name string
	// Times is how many times as much as one caller it may do.
	Times int
}

func (l Limits) times(n int) Limits {
	return Limits{Open: l.Open * n, Rate: l.Rate * float64(n), Burst: l.Burst * n}
}

// retryOpen is the retry delay for a caller with too many open requests. It is a
// guess, because nobody knows when one of them ends.
const retryOpen = time.Second

// leastSweep is the least number of callers at which a gate removes idle ones.
const leastSweep = 1024

// A Gate admits requests or refuses them. All methods are safe for concurrent
// use.
type Gate struct {
	each Limits

	mu      sync.Mutex // guards the following fields
	all     *account
	callers map[string]*account
	sweepAt int // number of callers at which idle ones are removed
}

// NewGate returns a gate with limits for each caller and for all together.
func NewGate(each, all Limits) *Gate {
	return &Gate{each: each, all: newAccount(all), callers: map[string]*account{}, sweepAt: leastSweep}
}

// Enter admits a request of a caller and the networks it is in, or returns how
// long to wait before a retry. leave is nil if the request is refused; otherwise
// it must be called once, when the request is over. A refused request does not
// count.
func (g *Gate) Enter(callers ...Caller) (leave func(), retryAfter time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.sweepLocked(now)
	charged := make([]*account, 0, len(callers)+1)
	for _, caller := range callers {
		charged = append(charged, g.accountLocked(caller))
	}
	charged = append(charged, g.all)
	for _, account := range charged {
		if wait := account.refuses(now); wait > 0 {
			return nil, wait
		}
	}
	for _, account := range charged {
		account.begin(now)
	}
	if g.each.Open == 0 && g.all.limits.Open == 0 {
		return uncounted, 0
	}
	for _, account := range charged {
		account.open++
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, account := range charged {
			account.open--
		}
	}, 0
}

// uncounted is the end of a request of a gate without limits of open requests.
func uncounted() {}

// sweepLocked removes idle accounts whenever their number has doubled, so that
// requests from ever new addresses do not fill the memory.
func (g *Gate) sweepLocked(now time.Time) {
	if len(g.callers) < g.sweepAt {
		return
	}
	for name, account := range g.callers {
		if account.idle(now) {
			delete(g.callers, name)
		}
	}
	g.sweepAt = max(leastSweep, 2*len(g.callers))
}

func (g *Gate) accountLocked(caller Caller) *account {
	if known, ok := g.callers[caller.Name]; ok {
		return known
	}
	created := newAccount(g.each.times(caller.Times))
	g.callers[caller.Name] = created
	return created
}

// account counts the requests of one caller, or of all.
type account struct {
	limits Limits
	open   int
	begun  *rate.Limiter // nil: no limit
}

func newAccount(limits Limits) *account {
	created := &account{limits: limits}
	if limits.Rate > 0 {
		created.begun = rate.NewLimiter(rate.Limit(limits.Rate), limits.Burst)
	}
	return created
}

// refuses returns how long to wait before a retry, or zero if the request is
// admitted.
func (a *account) refuses(now time.Time) time.Duration {
	if a.limits.Open > 0 && a.open >= a.limits.Open {
		return retryOpen
	}
	if a.begun == nil {
		return 0
	}
	if missing := 1 - a.begun.TokensAt(now); missing > 0 {
		return time.Duration(missing / a.limits.Rate * float64(time.Second))
	}
	return 0
}

func (a *account) begin(now time.Time) {
	if a.begun != nil {
		a.begun.AllowN(now, 1)
	}
}

// idle reports whether the account is equal to a new one.
func (a *account) idle(now time.Time) bool {
	return a.open == 0 && (a.begun == nil || a.begun.TokensAt(now) >= float64(a.limits.Burst))
}
