// Package admission decides whether one more request of a caller is let in:
// so many at once, and so many begun per second, by each caller and by all.
package admission

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound one caller, or all of them together. A zero field is no bound.
type Limits struct {
	// Open is how many requests may go on at once.
	Open int
	// Rate is how many requests may begin per second, and Burst how many at
	// once after a pause. A Rate needs a Burst of one at least.
	Rate  float64
	Burst int
}

// retryOpen is what a caller is told that has too many requests going on:
// nobody knows when one of them ends.
const retryOpen = time.Second

// leastSweep keeps a gate with few callers from sweeping at each request.
const leastSweep = 1024

// A Gate lets requests in. All methods may be called at once.
type Gate struct {
	each Limits

	mu      sync.Mutex // guards the following fields
	all     *account
	callers map[string]*account
	sweepAt int // number of callers at which those at rest are forgotten
}

// NewGate returns a gate that holds each caller to one set of limits and all
// of them together to another.
func NewGate(each, all Limits) *Gate {
	return &Gate{each: each, all: newAccount(all), callers: map[string]*account{}, sweepAt: leastSweep}
}

// Enter lets a request in, or says after how long to come back. leave is nil
// when the request is refused; otherwise it must be called once, when the
// request is over. What is refused to one caller takes nothing from others.
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

// Callers returns how many callers the gate remembers.
func (g *Gate) Callers() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.callers)
}

// accountLocked returns the caller's account. So that one who comes from ever
// new addresses does not fill the memory, accounts that are as good as new are
// dropped whenever their number has doubled.
func (g *Gate) accountLocked(caller string, now time.Time) *account {
	if known, ok := g.callers[caller]; ok {
		return known
	}
	if len(g.callers) >= g.sweepAt {
		for name, account := range g.callers {
			if account.rests(now) {
				delete(g.callers, name)
			}
		}
		g.sweepAt = max(leastSweep, 2*len(g.callers))
	}
	created := newAccount(g.each)
	g.callers[caller] = created
	return created
}

// account is what one caller, or all of them, have under way.
type account struct {
	limits Limits
	open   int
	begun  *rate.Limiter // nil: no bound
}

func newAccount(limits Limits) *account {
	created := &account{limits: limits}
	if limits.Rate > 0 {
		created.begun = rate.NewLimiter(rate.Limit(limits.Rate), limits.Burst)
	}
	return created
}

// refuses returns after how long a request may come back, or zero.
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

// rests tells whether the account is as good as a new one.
func (a *account) rests(now time.Time) bool {
	return a.open == 0 && (a.begun == nil || a.begun.TokensAt(now) >= float64(a.limits.Burst))
}
