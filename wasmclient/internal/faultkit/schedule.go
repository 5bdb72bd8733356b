package faultkit

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Step is how far a person has come with a partner.
type Step string

// The steps, in order.
const (
	Waiting    Step = "waiting"        // in the queue
	Matched    Step = "at match"       // told of the match
	Joining    Step = "joining"        // JoinRoom is about to leave
	Offering   Step = "offering"       // the first signals are about to leave
	Candidates Step = "mid-candidates" // the next signals are about to leave
	Connected  Step = "connected"      // the chat is open
)

// Kind is what happens to a person's machine.
type Kind string

// The kinds of a fault. The first two are permanent; the others end.
const (
	Crash      Kind = "crash"       // connections are reset, packets lost
	PowerCut   Kind = "power cut"   // likewise, but nobody is told
	LoseServer Kind = "lose server" // connections to the server are reset
	HangServer Kind = "hang server" // connections to the server fall silent
	LosePath   Kind = "lose path"   // packets between the peers are lost
	LoseBoth   Kind = "lose both"   // the last and LoseServer at once
)

// Deadly reports whether the fault is permanent.
func (k Kind) Deadly() bool { return k == Crash || k == PowerCut }

var (
	allSteps = []Step{Waiting, Matched, Joining, Offering, Candidates, Connected}
	allKinds = []Kind{Crash, PowerCut, LoseServer, HangServer, LosePath, LoseBoth}
)

// Fault is one thing that goes wrong.
type Fault struct {
	Step  Step
	Kind  Kind
	After time.Duration // from the step on: nothing for half of all; up to 50 ms, but 10 s in a chat
	Lasts time.Duration // up to 15 s; nothing with a deadly kind
}

// String returns the kind, the step and the times.
func (f Fault) String() string {
	return fmt.Sprintf("%s %v after %s for %v", f.Kind, f.After, f.Step, f.Lasts)
}

// Schedule says what happens in each of any number of lives. The same seed
// gives the same faults, whatever order lives are asked for in.
type Schedule struct {
	Seed  uint64
	Share float64 // of lives in which something goes wrong
	Kinds []Kind  // nil: any
	// Soon is the longest duration of faults before the chat. Zero: no limit of
	// its own.
	Soon time.Duration
}

// Fault returns the fault of a life. False: it has none.
func (s Schedule) Fault(life uint64) (Fault, bool) {
	random := s.Random(life)
	kinds := s.Kinds
	if kinds == nil {
		kinds = allKinds
	}
	if random.Float64() >= s.Share {
		return Fault{}, false
	}
	fault := Fault{
		Step: allSteps[random.IntN(len(allSteps))],
		Kind: kinds[random.IntN(len(kinds))],
	}
	if random.IntN(2) == 0 {
		fault.After = below(random, 50*time.Millisecond)
		if fault.Step == Connected {
			fault.After = below(random, 10*time.Second)
		}
	}
	if !fault.Kind.Deadly() {
		fault.Lasts = below(random, 15*time.Second)
		if s.Soon > 0 && fault.Step != Connected {
			fault.Lasts = min(fault.Lasts, s.Soon)
		}
	}
	return fault, true
}

// Random returns a source for a life's other random choices.
func (s Schedule) Random(life uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed, life)) //nolint:gosec // a test repeats what it did
}

func below(random *rand.Rand, limit time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(limit)))
}
