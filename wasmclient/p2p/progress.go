package p2p

import (
	"sync"
	"time"
)

// Progress tells how far a Find has come.
type Progress struct {
	// Stage is what goes on now. Callers skip values they do not know.
	Stage Stage
	// Waiting counts the people who wait in the pool, this one included; with
	// StageWaiting.
	Waiting int
	// MedianWait is how long people waited lately; with StageWaiting. Zero:
	// unknown.
	MedianWait time.Duration
	// RecentDropped and Any tell whom the search accepts now: people left for
	// somebody else lately, and people without a common interest; with
	// StageWidened.
	RecentDropped, Any bool
	// Err is why; with StageRetrying. Its connect.CodeOf is
	// RESOURCE_EXHAUSTED when the server is there and busy.
	Err error
}

// Stage is a step of a Find.
type Stage int

const (
	// StageSearching says that the server is asked for a place.
	StageSearching Stage = iota + 1
	// StageWaiting says that a place is taken. Repeated with each news of Waiting.
	StageWaiting
	// StageConnecting says that a partner is found and the link is being made.
	StageConnecting
	// StageStillLooking says that the partner did not come or could not be reached;
	// the search goes on.
	StageStillLooking
	// StageRetrying says that the server cannot be reached; it is tried again.
	StageRetrying
	// StageWidened says that the search accepts more people than before:
	// nobody it asked for came within 5 seconds.
	StageWidened
)

// progress hands reports to the user's function one at a time, and none after
// stop. Safe for concurrent use.
type progress struct {
	mu     sync.Mutex // held during a report, so that stop waits for it
	report func(Progress)
	last   Progress
}

func (p *progress) tell(news Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.report == nil || news.Stage == StageConnecting && p.last.Stage == StageConnecting {
		return // the match and the room's welcome are one piece of news
	}
	p.last = news
	p.report(news)
}

func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report = nil
}
