//go:build !js

package p2p

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// patience is the longest real time in which no pair of a population meets and
// no life ends. It is far more than a busy machine needs.
const patience = time.Minute

// watchdog reports a population that no longer makes progress, so that a
// deadlock shows its stacks after a minute and not at go test's time limit.
type watchdog struct {
	count atomic.Uint64 // of progress calls
}

// startWatchdog calls stalled with the stacks of all goroutines, once, when
// progress has not been called for the given real time. It stops when t ends.
// Start it outside of a synctest bubble: the time inside is not real.
func startWatchdog(t testing.TB, patience time.Duration, stalled func(report string)) *watchdog {
	w := &watchdog{}
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { w.watch(stop, patience, stalled) })
	t.Cleanup(func() {
		close(stop)
		watching.Wait()
	})
	return w
}

// progress tells the watchdog that all is well. It never blocks and may be
// called from any goroutine, in a bubble too.
func (w *watchdog) progress() { w.count.Add(1) }

func (w *watchdog) watch(stop <-chan struct{}, patience time.Duration, stalled func(report string)) {
	look := time.NewTicker(patience / 20)
	defer look.Stop()
	known, since := w.count.Load(), time.Now()
	for {
		select {
		case <-stop:
			return
		case <-look.C:
		}
		if count := w.count.Load(); count != known {
			known, since = count, time.Now()
		}
		if time.Since(since) >= patience {
			stalled(fmt.Sprintf("no progress for %v\n\n%s", patience, stacks()))
			return
		}
	}
}

// panicWithStacks prints the report and ends the test program, because a test
// that hangs cannot be failed.
func panicWithStacks(report string) {
	fmt.Fprintln(os.Stderr, report)
	debug.SetTraceback("none") // the report has every goroutine
	panic("a population makes no progress; the stacks are above")
}

// stacks returns the stacks of all goroutines.
func stacks() string {
	for size := 1 << 20; ; size *= 2 {
		text := make([]byte, size)
		if length := runtime.Stack(text, true); length < size {
			return string(text[:length])
		}
	}
}

func TestWatchdogReportsADeadlock(t *testing.T) {
	t.Parallel()
	report := make(chan string, 1)
	startWatchdog(t, 100*time.Millisecond, func(text string) { report <- text })
	var mu sync.Mutex
	mu.Lock()
	var waiting sync.WaitGroup
	waiting.Go(func() { lockForTheWatchdog(&mu) })
	defer waiting.Wait()
	defer mu.Unlock()
	select {
	case text := <-report:
		for _, want := range []string{"no progress for 100ms", "lockForTheWatchdog", "sync.Mutex.Lock"} {
			if !strings.Contains(text, want) {
				t.Errorf("the report lacks %q:\n%s", want, text)
			}
		}
	case <-time.After(20 * time.Second):
		t.Error("the watchdog noticed nothing")
	}
}

//go:noinline
func lockForTheWatchdog(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
}

func TestWatchdogIsQuietWhileThereIsProgress(t *testing.T) {
	t.Parallel()
	var reports atomic.Int32
	t.Run("watched", func(t *testing.T) {
		w := startWatchdog(t, time.Second, func(string) { reports.Add(1) })
		for range 30 {
			time.Sleep(50 * time.Millisecond)
			w.progress()
		}
	})
	if reports.Load() > 0 {
		t.Error("the watchdog reported a population that goes on")
	}
}
