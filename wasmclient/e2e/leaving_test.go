//go:build !js

package e2e

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// leavings returns how often a way of leaving is measured. make test-full says it.
func leavings(t *testing.T) int {
	t.Helper()
	text := os.Getenv("E2E_LEAVINGS")
	if text == "" {
		t.Skip("make test-full measures it, where nothing else runs")
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 {
		t.Fatalf("E2E_LEAVINGS is %q, want a number from 1", text)
	}
	return count
}

func TestNextIsSeenSoon(t *testing.T) {
	t.Parallel()
	measureLeaving(t, leavings(t), ui.TextPeerNext, 300*time.Millisecond, func(alice *tab) time.Time {
		alice.press("next")
		return alice.clickedAt()
	})
}

func TestStopIsSeenSoon(t *testing.T) {
	t.Parallel()
	measureLeaving(t, leavings(t), ui.TextPeerLeft, 300*time.Millisecond, func(alice *tab) time.Time {
		alice.press("stop")
		return alice.clickedAt()
	})
}

func TestAClosedTabIsSeenSoon(t *testing.T) {
	t.Parallel()
	measureLeaving(t, leavings(t), ui.TextPeerClosed, time.Second, func(alice *tab) time.Time {
		now := time.Now()
		alice.close()
		alice.end()
		return now
	})
}

// measureLeaving lets Bob meet one person after the other. Each leaves at once,
// at the time that leave returns, and Bob must see it within the bound.
func measureLeaving(t *testing.T, runs int, status ui.Text, bound time.Duration, leave func(alice *tab) time.Time) {
	t.Helper()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	again := "start"
	var delays []time.Duration
	for range runs {
		if alice.ctx.Err() != nil {
			alice = chrome.open(t, "Alice", server.url)
		} else if len(delays) > 0 {
			alice.load(server.url) // a person Bob does not know yet
		}
		bob.press(again)
		connect(alice)
		bob.sees(ui.TextConnected)
		left := leave(alice)
		delays = append(delays, bob.seesAt(status).Sub(left))
		again = "next"
	}
	checkDelays(t, delays, bound)
}

// checkDelays fails the test if more than one delay in twenty is over the bound.
func checkDelays(t *testing.T, delays []time.Duration, bound time.Duration) {
	t.Helper()
	slices.Sort(delays)
	count := len(delays)
	median, p95 := delays[count/2], delays[(count*95+99)/100-1]
	t.Logf("%d runs: median %v, 95 %% within %v, longest %v", count, median, p95, delays[count-1])
	if p95 > bound {
		t.Errorf("saw it within %v, want %v; all: %v", p95, bound, delays)
	}
}
