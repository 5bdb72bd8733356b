package matchmakingredis

import (
	"context"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// inAdvance is the pool of requests that are cancelled before they arrive. No
// arrival can name it.
const inAdvance = ""

// indexLife is how long a request or a client is found at most: longer than
// any ticket lives, so that only what a dead node left behind runs out.
const indexLife = matchmaking.MaxWait + matchmaking.Retention + 5*time.Minute

// A location says where to look for a ticket: of a request the pool and its
// fingerprint, of a client the pool and the request.
type location struct {
	pool, name string
}

func (l location) String() string { return l.pool + "|" + l.name }

func parseLocation(text string) location {
	pool, name, _ := strings.Cut(text, "|")
	return location{pool, name}
}

// The ways to claim a key that holds something else.
const (
	onlyIfFree = ""
	anyway     = "*"
)

type claimed struct {
	location location // where the ticket is: as before if it was known
	free     bool     // nobody had the key
	now      time.Time
}

// claim notes where a ticket is, if nothing is noted, or what is noted is as
// given.
func (e *Engine) claim(ctx context.Context, key string, mine location, given string) (claimed, error) {
	message, err := e.config.Store.Run(ctx, claimScript, e.config.clock, []string{key},
		mine.String(), number(indexLife.Milliseconds()), given)
	if err != nil {
		return claimed{}, storeError("claim", err)
	}
	r := newReply("", message)
	held, now := r.text(r.list, 0), r.time(r.list, 1)
	if r.err != nil {
		return claimed{}, r.err
	}
	if held == "" {
		return claimed{location: mine, free: true, now: now}, nil
	}
	return claimed{location: parseLocation(held), now: now}, nil
}

// release forgets where a ticket is, if that is still what is noted. What
// cannot be released now runs out by itself.
func (e *Engine) release(ctx context.Context, key string, mine location) {
	if _, err := e.config.Store.Run(ctx, releaseScript, e.config.clock, []string{key}, mine.String()); err != nil {
		e.config.Logger.WarnContext(ctx, "release of a ticket's place in the index", "error", err)
	}
}
