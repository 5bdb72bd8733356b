// Package matchmakingtest is the contract that every matchmaking.Engine must
// pass. An engine's own test is one call of Test.
package matchmakingtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A Subject is a fresh engine under test, without limits.
type Subject struct {
	Engine matchmaking.Engine
	// Restart returns a fresh engine with limits. This one is not used any
	// more. Nothing was attached to it.
	Restart func(limits matchmaking.Limits) Subject
	// Advance lets the engine's clock run for d and returns when everything
	// that was due has been done.
	Advance func(d time.Duration)
	// Held counts what the engine remembers: zero once everything has ended
	// and been forgotten. Nil: it cannot tell.
	Held func() int
}

// Seeds is how many random scripts an engine in memory is held to. Others take
// longer for each.
const Seeds = 3200

// Run calls body with a fresh subject and cleans up after it.
type Run func(t *testing.T, body func(t *testing.T, s Subject))

// Test holds an engine to the contract, with as many random scripts as seeds, or
// with -short a quarter of them.
func Test(t *testing.T, seeds int, run Run) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"Match", matchCases},
		{"Interests", interestCases},
		{"Group", groupCases},
		{"Avoid", avoidCases},
		{"Widen", widenCases},
		{"Requeue", requeueCases},
		{"Crowd", crowdCases},
		{"Walk", walkCases},
		{"Attach", attachCases},
		{"Wake", wakeCases},
		{"Introduction", introductionCases},
		{"End", endCases},
		{"Pool", poolCases},
		{"Limits", limitCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.cases {
				t.Run(test.name, func(t *testing.T) { run(t, test.body) })
			}
		})
	}
	t.Run("Random", func(t *testing.T) { testRandom(t, seeds, run) })
}

type testCase struct {
	name string
	body func(t *testing.T, s Subject)
}

// Arrival returns a complete arrival of a client of its own.
func Arrival(t testing.TB, name string) matchmaking.Arrival {
	t.Helper()
	arrival, err := matchmaking.Arrival{
		RequestID: fmt.Sprintf("request-%022s", name),
		ClientID:  "client-" + name,
	}.Complete()
	if err != nil {
		t.Fatalf("complete arrival: %v", err)
	}
	arrival.Pseudonym = pseudonymOf(name)
	return arrival
}

// pseudonymOf returns bytes that are no text, as keyed hashes are.
func pseudonymOf(name string) string { return "\xff}|" + name }

// arrivalWith returns an arrival that differs from the ordinary.
func arrivalWith(t *testing.T, name string, change func(a *matchmaking.Arrival)) matchmaking.Arrival {
	t.Helper()
	arrival := Arrival(t, name)
	change(&arrival)
	return arrival
}

// attach attaches and closes the watch when the test ends.
func attach(t *testing.T, s Subject, arrival matchmaking.Arrival) matchmaking.Watch {
	t.Helper()
	watch, err := s.Engine.Attach(t.Context(), arrival)
	if err != nil {
		t.Fatalf("attach %s: %v", arrival.RequestID, err)
	}
	t.Cleanup(watch.Close)
	return watch
}

// next returns the watch's next event, which must be of type E.
func next[E matchmaking.Event](t *testing.T, watch matchmaking.Watch) E {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	event, err := watch.Next(ctx)
	if err != nil {
		t.Fatalf("next event: %v, want %T", err, *new(E))
	}
	typed, ok := event.(E)
	if !ok {
		t.Fatalf("next event is %T %+v, want %T", event, event, *new(E))
	}
	if event.Last() {
		if event, err := watch.Next(ctx); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last event: %v, %v, want io.EOF", event, err)
		}
	}
	return typed
}

// quiet fails if the watch has something to say.
func quiet(t *testing.T, watch matchmaking.Watch) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if event, err := watch.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("next event is %T %+v, %v, want none", event, event, err)
	}
}

// wait attaches and reads Queued.
func wait(t *testing.T, s Subject, arrival matchmaking.Arrival) matchmaking.Watch {
	t.Helper()
	watch := attach(t, s, arrival)
	next[matchmaking.Queued](t, watch)
	return watch
}

func cancelTicket(t *testing.T, s Subject, requestID string) matchmaking.Outcome {
	t.Helper()
	outcome, err := s.Engine.Cancel(t.Context(), matchmaking.DefaultPool, requestID, "")
	if err != nil {
		t.Fatalf("cancel: %v", err)
	}
	return outcome
}
