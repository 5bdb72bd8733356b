package admission_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

func TestRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := admission.NewGate(admission.Limits{Rate: 2, Burst: 3}, admission.Limits{})
		for range 3 {
			enter(t, gate, "a")()
		}
		leave, wait := gate.Enter(one("a"))
		if leave != nil || wait != 500*time.Millisecond {
			t.Errorf("the fourth at once: let in %v, wait %v, want refused for 500ms", leave != nil, wait)
		}
		enter(t, gate, "b")()
		time.Sleep(wait)
		enter(t, gate, "a")()
	})
}

func TestOpen(t *testing.T) {
	t.Parallel()
	gate := admission.NewGate(admission.Limits{Open: 2}, admission.Limits{})
	leave := enter(t, gate, "a")
	enter(t, gate, "a")
	if again, wait := gate.Enter(one("a")); again != nil || wait <= 0 {
		t.Errorf("the third: let in %v, wait %v, want refused", again != nil, wait)
	}
	enter(t, gate, "b")
	leave()
	enter(t, gate, "a")
}

// TestGreedyCallerTakesNothing makes far more requests from one caller than its
// limit. Refused requests must not count for all.
func TestGreedyCallerTakesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := admission.NewGate(admission.Limits{Rate: 1, Burst: 1}, admission.Limits{Open: 10, Rate: 10, Burst: 10})
		for range 1000 {
			gate.Enter(one("greedy"))
		}
		for i := range 9 {
			enter(t, gate, fmt.Sprint(i))
		}
		if leave, wait := gate.Enter(one("late")); leave != nil || wait <= 0 {
			t.Error("all together may have ten open; the eleventh was let in")
		}
	})
}

// TestNetworks fills a network with callers that are each within their limit.
func TestNetworks(t *testing.T) {
	t.Parallel()
	gate := admission.NewGate(admission.Limits{Open: 2}, admission.Limits{})
	network := admission.Caller{Name: "network", Times: 3}
	var leave func()
	for i := range 6 {
		if leave, _ = gate.Enter(one(fmt.Sprint(i)), network); leave == nil {
			t.Fatalf("the network has %d open requests and gets no more, want 6", i)
		}
	}
	if again, _ := gate.Enter(one("7"), network); again != nil {
		t.Error("the network has 7 open requests, want 6 at most")
	}
	enter(t, gate, "elsewhere")
	leave()
	if again, _ := gate.Enter(one("7"), network); again == nil {
		t.Error("a request that ended counts for the network")
	}
	for range 2 {
		enter(t, gate, "8") // what was refused for the network counts for nobody
	}
}

// TestForgetsCallers makes requests from ever new callers.
func TestForgetsCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := admission.NewGate(admission.Limits{Open: 1, Rate: 1, Burst: 2}, admission.Limits{})
		enter(t, gate, "stays")
		for i := range 100_000 {
			leave, _ := gate.Enter(one(fmt.Sprint(i)), one(fmt.Sprint("network of ", i)))
			leave()
			time.Sleep(time.Millisecond)
		}
		// The callers of the last second are never idle.
		if got := gate.Callers(); got > 8192 {
			t.Errorf("remembers %d callers, want a few thousand at most", got)
		}
		if leave, _ := gate.Enter(one("stays")); leave != nil {
			t.Error("a caller with an open request was forgotten")
		}
	})
}

func one(name string) admission.Caller { return admission.Caller{Name: name, Times: 1} }

func enter(t *testing.T, gate *admission.Gate, caller string) (leave func()) {
	t.Helper()
	leave, wait := gate.Enter(one(caller))
	if leave == nil {
		t.Fatalf("caller %s: refused for %v, want let in", caller, wait)
	}
	return leave
}
