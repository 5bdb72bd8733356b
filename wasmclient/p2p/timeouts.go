package p2p

import (
	"context"
	"math/rand/v2"
	"time"
)

// timeouts are the SDK's waiting times. Tests shorten them.
type timeouts struct {
	firstEvent  time.Duration // a stream without an event for so long is blocked
	silence     time.Duration // a stream without a heartbeat for so long is dead; the server sends one every 10 s
	longPoll    time.Duration // length of a stream where streams are blocked
	call        time.Duration // one unary call
	goodbye     time.Duration // calls made on leaving
	askForOffer time.Duration // the answerer waits so long for an offer
	connect     time.Duration // from both having joined to an open channel; the server counts the same
	release     time.Duration // from the last confirmed pair to letting the stream go
	flush       time.Duration // for the last messages on Close
	gather      time.Duration // candidates are collected so long before they are sent

	ping        time.Duration // between pings, about
	unheard     time.Duration // without a sign of life, until a link is interrupted
	answer      time.Duration // a peer has so long to answer when this side checks the link
	absent      time.Duration // without a sign of life, until a peer is gone whom the server does not see
	rejoin      time.Duration // a peer has so long to come to the server
	restart     time.Duration // from the interruption to negotiating a new path
	offerAnyway time.Duration // the answerer asks for an offer, waits so long, and offers
	repair      time.Duration // from negotiating to giving up, as long as both are at the server
	interrupted time.Duration // until a peer is gone in any case
	asleep      time.Duration // a timer so late was held back
}

func defaultTimeouts() timeouts {
	return timeouts{
		firstEvent:  10 * time.Second,
		silence:     25 * time.Second,
		longPoll:    2 * time.Second,
		call:        10 * time.Second,
		goodbye:     2 * time.Second,
		askForOffer: 5 * time.Second,
		connect:     20 * time.Second,
		release:     5 * time.Second,
		flush:       250 * time.Millisecond,
		gather:      20 * time.Millisecond,
		ping:        2 * time.Second,
		unheard:     6 * time.Second,
		answer:      2 * time.Second,
		absent:      9 * time.Second,         // so that a person hears of it within ten
		rejoin:      3500 * time.Millisecond, // the other side notices up to 2.4 s later
		restart:     5 * time.Second,
		offerAnyway: 3 * time.Second,
		repair:      15 * time.Second,
		interrupted: 60 * time.Second,
		asleep:      5 * time.Second,
	}
}

const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 5 * time.Second
)

// backoff counts failures in a row. The first retry comes at once, the later
// ones after pauses that double, with jitter so that clients of a restarted
// server do not come all at once. The zero value is ready.
type backoff struct{ failures int }

func (b *backoff) reset() { b.failures = 0 }

// pause returns how long to wait after one more failure.
func (b *backoff) pause() time.Duration {
	b.failures++
	if b.failures == 1 {
		return 0
	}
	longest := min(shortestPause<<min(b.failures-2, 10), longestPause)
	return longest/2 + rand.N(longest/2) //nolint:gosec // jitter is no secret
}

// wait waits for the pause after one more failure, or for atLeast where that
// is longer, and returns early with the cause when ctx ends.
func (b *backoff) wait(ctx context.Context, atLeast time.Duration) error {
	return sleep(ctx, max(b.pause(), atLeast))
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// persist calls until it succeeds, the server refuses or ctx ends. Each call
// gets at most timeout.
func persist(ctx context.Context, timeout time.Duration, call func(context.Context) error) error {
	var failures backoff
	for {
		err := within(ctx, timeout, call)
		if err == nil || refused(err) {
			return err
		}
		if failures.wait(ctx, retryAfter(err)) != nil {
			return err
		}
	}
}

func within(ctx context.Context, timeout time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return call(ctx)
}
