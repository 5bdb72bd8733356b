//go:build !js

package p2p

import (
	"fmt"
	"slices"
	"time"
)

// tally has the numbers of a run.
type tally struct {
	lives, faults, deaths  int
	pairings, requeues     int
	unlucky                int             // searches that ended after three bad partners
	broken                 int             // chats that ended though nobody left
	curt                   int             // endings whose goodbye was cut off
	interrupts, recoveries int             // of links
	starts                 []time.Duration // from START to an open chat
	verdicts               []time.Duration // from a match to knowing that it came to nothing
	ghosts                 []time.Duration // from a death in a chat to the survivor's ending
}

// add sums up two runs.
func (t *tally) add(other tally) {
	t.lives += other.lives
	t.faults += other.faults
	t.deaths += other.deaths
	t.pairings += other.pairings
	t.requeues += other.requeues
	t.unlucky += other.unlucky
	t.broken += other.broken
	t.curt += other.curt
	t.interrupts += other.interrupts
	t.recoveries += other.recoveries
	t.starts = append(t.starts, other.starts...)
	t.verdicts = append(t.verdicts, other.verdicts...)
	t.ghosts = append(t.ghosts, other.ghosts...)
}

// String returns all numbers in a few lines.
func (t tally) String() string {
	return fmt.Sprintf("%d pairings in %d lives; %d faults, %d of them deaths; %d requeues, %d searches given up\n"+
		"links: %d interrupted, %d recovered, %d chats broken, %d goodbyes cut off\n"+
		"START to chat %s; match to verdict %s; death to the survivor's ending %s",
		t.pairings, t.lives, t.faults, t.deaths, t.requeues, t.unlucky,
		t.interrupts, t.recoveries, t.broken, t.curt,
		quantiles(t.starts), quantiles(t.verdicts), quantiles(t.ghosts))
}

// quantiles returns the median, the 99th percentile and the maximum as text.
func quantiles(times []time.Duration) string {
	if len(times) == 0 {
		return "never"
	}
	times = slices.Sorted(slices.Values(times))
	at := func(share float64) time.Duration {
		return times[int(share*float64(len(times)-1))].Round(time.Millisecond)
	}
	return fmt.Sprintf("p50 %v p99 %v max %v (%d)", at(0.5), at(0.99), at(1), len(times))
}
