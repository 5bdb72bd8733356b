package inside

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Bounds of what is kept. A chat of an hour makes a few hundred rows; a peer can cause
// more.
const (
	maxRows       = 1000
	maxCandidates = 128
	maxRoundTrips = 150 // five minutes of pings
)

// Log keeps the steps of the latest search and its chat. Safe for concurrent use.
type Log struct {
	changed   chan struct{}
	recording atomic.Bool

	mu  sync.Mutex // guards the following fields
	now Snapshot
}

// Snapshot is what a Log has kept. Its slices must not be changed.
type Snapshot struct {
	// Search counts the searches.
	Search int
	// Began is when the search began; zero: there was none.
	Began time.Time
	// Rows are the rows of the timeline, oldest first.
	Rows []Row
	// Dropped is how many rows before them were dropped.
	Dropped int
	// Candidates are the candidates of both sides.
	Candidates []Candidate
	// Links are the connections to the others, in the order in which they came up.
	Links []Link
	// ThroughServers are the bytes of messages with the servers, both ways, and Since those
	// after the last stream from them has ended.
	ThroughServers, Since int
	// Released says that there is no stream from the servers.
	Released bool
}

// Candidate is one ICE candidate.
type Candidate struct {
	Local bool
	// Type is "host", "srflx", "prflx" or "relay".
	Type string
	// Line is the candidate as RFC 8839 writes it.
	Line string
}

// NewLog returns an empty Log.
func NewLog() *Log { return &Log{changed: make(chan struct{}, 1)} }

// Record lets the log record the searches that begin from now on.
func (l *Log) Record() { l.recording.Store(true) }

// Recording reports whether Record was called.
func (l *Log) Recording() bool { return l.recording.Load() }

// Begin forgets everything, because another search begins.
func (l *Log) Begin() {
	l.mu.Lock()
	l.now = Snapshot{Search: l.now.Search + 1, Began: time.Now()}
	l.mu.Unlock()
	l.signal()
}

// Add adds a step. It does not block.
func (l *Log) Add(step p2p.Trace) {
	l.mu.Lock()
	l.addLocked(&step)
	l.mu.Unlock()
	l.signal()
}

// Gone notes that a member of the room has left.
func (l *Log) Gone(member p2p.Peer) {
	l.mu.Lock()
	link := l.changeLinkLocked(member.ID)
	link.Slot, link.Gone = member.Slot, true
	l.mu.Unlock()
	l.signal()
}

// Update sets the pairs of candidates of the connection to a member of the room, as they are now.
func (l *Log) Update(member p2p.Peer, pairs []p2p.TracePair) {
	l.mu.Lock()
	link := l.changeLinkLocked(member.ID)
	link.Slot, link.Pairs = member.Slot, pairs
	l.mu.Unlock()
	l.signal()
}

// Changed is filled when there is something new. One goroutine may wait for it.
func (l *Log) Changed() <-chan struct{} { return l.changed }

// Snapshot returns what is kept now.
func (l *Log) Snapshot() Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *Log) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *Log) addLocked(step *p2p.Trace) {
	now := &l.now
	l.linkStepLocked(step)
	switch step.Kind {
	case p2p.TraceLocalCandidate, p2p.TraceRemoteCandidate:
		if len(now.Candidates) < maxCandidates {
			now.Candidates = append(now.Candidates, Candidate{step.Kind == p2p.TraceLocalCandidate, step.State, step.Candidate})
		}
	case p2p.TraceReleased:
		now.Released, now.Since = true, 0
	case p2p.TraceCallSent, p2p.TraceEvent, p2p.TraceResponse:
		now.ThroughServers += step.Bytes
		now.Since += step.Bytes
		now.Released = now.Released && step.Procedure != "JoinRoom"
	default:
	}
	if !shown(step, now) {
		return
	}
	if now.Rows = append(now.Rows, rowOf(step, now.Began)); len(now.Rows) > maxRows {
		now.Rows = now.Rows[1:]
		now.Dropped++
	}
}

// shown reports whether a step is a row. Round trips and heartbeats come again and again,
// so only the first is.
func shown(step *p2p.Trace, now *Snapshot) bool {
	switch step.Kind {
	case p2p.TraceRTT:
		return slices.ContainsFunc(now.Links, func(link Link) bool { return link.Peer == step.Peer && len(link.RoundTrips) == 1 })
	case p2p.TracePairs:
		return len(step.Pairs) > 0 && step.Pairs[0].Selected
	case p2p.TraceEvent:
		key := keyOf(step)
		for i := range now.Rows {
			if caseOf(step.JSON) == "heartbeat" && now.Rows[i].Key == key {
				return false
			}
		}
	}
	return true
}
