// Package admission limits requests: how many may be open at once, and how many
// may begin per second, for each caller and for all together.
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

// Enter admits a request, or returns how long to wait before a retry. leave is
// nil if the request is refused; otherwise it must be called once, when the
// request is over. A refused request does not count.
func (g *Gate) Enter(caller string) (leave func(), retryAfter time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	own := g.accountLocked(caller, now)
	if wait := own.refuses(now); wait > 0 {
		return nil, wait
	}
	if wait := g.all.refuses(now); wait > 0 {
		return nil, wait
	}
	own.enter(now)
	g.all.enter(now)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		own.open--
		g.all.open--
	}, 0
}

// accountLocked returns the caller's account. Whenever the number of accounts has
// doubled, it removes idle ones, so that requests from ever new addresses do not
// fill the memory.
func (g *Gate) accountLocked(caller string, now time.Time) *account {
	if known, ok := g.callers[caller]; ok {
		return known
	}
	if len(g.callers) >= g.sweepAt {
		for name, account := range g.callers {
			if account.idle(now) {
				delete(g.callers, name)
			}
		}
		g.sweepAt = max(leastSweep, 2*len(g.callers))
	}
	created := newAccount(g.each)
	g.callers[caller] = created
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

func (a *account) enter(now time.Time) {
	a.open++
	if a.begun != nil {
		a.begun.AllowN(now, 1)
	}
}

// idle reports whether the account is equal to a new one.
func (a *account) idle(now time.Time) bool {
	return a.open == 0 && (a.begun == nil || a.begun.TokensAt(now) >= float64(a.limits.Burst))
}
