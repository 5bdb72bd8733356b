//go:build !js

package p2p

import (
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

// TestLivesAnswerWhileTheLedgerIsBusy tests the lock order of lives and their
// ledger: whatever a life does, the ledger can ask it for its facts.
func TestLivesAnswerWhileTheLedgerIsBusy(t *testing.T) {
	t.Parallel()
	fault := faultkit.Fault{Step: faultkit.Waiting, Kind: faultkit.LosePath, Lasts: time.Hour}
	for name, act := range map[string]func(*life){
		"end":         (*life).end,
		"reach":       func(l *life) { l.reach(faultkit.Waiting) },
		"searching":   func(l *life) { l.progress(Progress{Stage: StageWaiting}) },
		"connecting":  func(l *life) { l.progress(Progress{Stage: StageConnecting}) },
		"requeued":    func(l *life) { l.progress(Progress{Stage: StageStillLooking}) },
		"interrupted": func(l *life) { l.changed(Change{State: PeerInterrupted}) },
		"asking":      func(l *life) { l.asking("SendSignals") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := newFakeNetwork().host()
			l := &life{
				population: &population{ledger: newLedger(time.Second, false, func() {})},
				machine:    &machine{line: faultkit.NewLine(nil), cut: host.cut, heal: host.heal},
				fault:      fault, faulty: true,
			}
			l.population.ledger.mu.Lock()
			var acting sync.WaitGroup
			acting.Go(func() { act(l) })
			time.Sleep(50 * time.Millisecond) // it is done, or waits for the ledger
			answered := make(chan struct{})
			go func() {
				l.stricken()
				close(answered)
			}()
			select {
			case <-answered:
			case <-time.After(20 * time.Second):
				t.Error("the life holds its lock while it waits for the ledger")
			}
			l.population.ledger.mu.Unlock()
			acting.Wait()
			l.finish()
		})
	}
}
