package p2p

import (
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// Progress says how far a Find has come.
type Progress struct {
	// Stage is the current step. Callers skip values they do not know.
	Stage Stage
	// Waiting is the number of people who wait in the pool, this one included.
	// Set with StageWaiting.
	Waiting int
	// MedianWait is how long people waited recently. Zero: unknown. Set with
	// StageWaiting.
	MedianWait time.Duration
	// RecentDropped says that the search now accepts recent partners again; Any
	// says that it accepts people without a common interest. Set with
	// StageWidened.
	RecentDropped, Any bool
	// Busy says that the server answers, but takes nobody at the moment. Set with
	// StageRetrying.
	Busy bool
	// Err is the error of the last attempt; [CodeOf] tells its kind. Set with
	// StageRetrying.
	Err error
}

// Stage is a step of a Find.
type Stage int

const (
	// StageSearching means that the client asks the server for a place in the queue.
	StageSearching Stage = iota + 1
	// StageWaiting means that this person has a place in the queue. Repeated with each
	// new value of Waiting.
	StageWaiting
	// StageConnecting means that a partner is found, and the link is being made.
	StageConnecting
	// StageStillLooking means that the partner did not join or could not be reached; the
	// search goes on.
	StageStillLooking
	// StageRetrying means that the server cannot be reached; the client tries again.
	StageRetrying
	// StageWidened means that nobody the search asked for came within 5 seconds, so it
	// accepts more people than before.
	StageWidened
)

func retrying(err error) Progress {
	return Progress{Stage: StageRetrying, Busy: rpc.CodeOf(err) == rpc.CodeResourceExhausted, Err: err}
}

// progress calls the user's function with one report at a time, and never after
// stop. Safe for concurrent use.
type progress struct {
	mu       sync.Mutex // held during a report, so that stop waits for it
	callback func(Progress)
	last     Progress
}

// report calls the user's function, but not twice in a row with
// StageConnecting: both the match and the room's Welcome report it.
func (p *progress) report(now Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.callback == nil || now.Stage == StageConnecting && p.last.Stage == StageConnecting {
		return
	}
	p.last = now
	p.callback(now)
}

func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.callback = nil
}
