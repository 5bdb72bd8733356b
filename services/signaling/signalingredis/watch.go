package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// longestBackoff bounds the pause after a poll that failed.
const longestBackoff = 2 * time.Second

// errLost ends a stream that the store does not know any more, or for which
// signals may be lost. Its member must join again, and the others hear of what
// is lost.
var errLost = fmt.Errorf("%w: the room was lost", signaling.ErrUnavailable)

var _ signaling.Watch = (*watch)(nil)

// A watch holds no events: it compares what it has told with the latest view
// of the room, so that a slow reader costs nothing and skips states that are
// over.
type watch struct {
	engine     *Engine
	roomID     string
	slot       int
	generation string        // tells it from other streams of the member
	requeues   int           // of the pass that opened it
	ready      chan struct{} // filled when there may be something to tell
	failed     int           // polls in a row; used by Next alone
	done       bool          // the last event was given out; used by Next alone

	mu     sync.Mutex // guards the following fields
	life   string     // of the room, empty until the stream is open
	stream uint64     // its number among those of the member
	closed bool
	dirty  bool // the room may have changed
	renew  time.Time
	view   view

	// What is to be told, and what was.
	welcome    *signaling.Welcome
	run        *signaling.SignalsReceived
	last       signaling.Event // ends the watch
	lost       bool            // so does errLost
	told       []signaling.State
	confirmed  []bool
	seenResync uint64
	offset     uint64 // of the last signal
}

func newWatch(e *Engine, pass signaling.Pass) *watch {
	return &watch{
		engine:     e,
		roomID:     pass.RoomID,
		slot:       pass.Slot,
		generation: name(),
		requeues:   pass.Requeues,
		ready:      make(chan struct{}, 1),
		told:       make([]signaling.State, len(pass.Members)),
		confirmed:  make([]bool, len(pass.Members)),
	}
}

// open takes up what the join script answered.
func (w *watch) open(r reply) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	begin := r.in(atRest)
	switch begin.text(0) {
	case "closed":
		w.last = begin.closed(w.requeues)
	case "stale":
		w.last = signaling.Detached{Reason: signaling.DetachedStaleAttempt}
	case "open":
		w.life = begin.text(1)
		w.stream, w.offset, w.seenResync = begin.count(2), begin.count(3), begin.count(4)
		w.view = r.view(atRest + 1)
		w.renewLocked()
		w.welcome = &signaling.Welcome{Cursor: w.cursorLocked(), Resumed: begin.number(5) == 1}
		for slot, peer := range w.view.peers {
			w.told[slot] = peer.state
			if slot != w.slot {
				w.welcome.Peers = append(w.welcome.Peers, w.peerLocked(slot))
			}
		}
	default:
		r.note(errors.New("unknown beginning"))
	}
	return *r.err
}

// renewLocked says when the stream shows again that it lives. It looks at its
// room too then, so that a bell that is not heard costs no more.
func (w *watch) renewLocked() {
	w.renew = time.Now().Add(jitter(w.engine.config.lease / 4))
}

// over reports whether the watch has nothing to ask the store any more.
func (w *watch) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.overLocked()
}

func (w *watch) overLocked() bool { return w.closed || w.lost || w.last != nil }

func (w *watch) wake() {
	w.mu.Lock()
	w.dirty = true
	w.mu.Unlock()
	w.signal()
}

func (w *watch) signal() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// Next implements signaling.Watch. It returns an error that wraps
// signaling.ErrUnavailable when the store lost the room; while the store only
// does not answer, it waits.
func (w *watch) Next(ctx context.Context) (signaling.Event, error) {
	for !w.done {
		event, err := w.look(ctx)
		if event != nil {
			w.done = event.Last()
			return event, nil
		}
		if errors.Is(err, errLost) || err != nil && !errors.Is(err, signaling.ErrUnavailable) {
			return nil, err
		}
		var again <-chan time.Time
		if err != nil {
			again = time.After(w.backoff())
		} else {
			w.failed = 0
		}
		select {
		case <-w.ready:
		case <-again:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, io.EOF
}

// backoff is how long to wait after so many polls in a row that failed.
func (w *watch) backoff() time.Duration {
	w.failed = min(w.failed+1, 8)
	return jitter(min(50*time.Millisecond<<w.failed, longestBackoff) * 3 / 4)
}

// look returns what there is to tell now, or nil.
func (w *watch) look(ctx context.Context) (signaling.Event, error) {
	for {
		w.mu.Lock()
		stale := w.dirty && w.run == nil && !w.overLocked()
		if !stale {
			event, err := w.tellLocked()
			if event != nil || err != nil || w.overLocked() || !w.view.unread {
				w.mu.Unlock()
				return event, err
			}
		}
		w.dirty = false
		takes := w.welcome == nil
		w.mu.Unlock()
		// The caller may end at any time: what is taken from the store by then
		// must not be lost.
		if err := w.poll(context.WithoutCancel(ctx), takes); err != nil {
			w.mu.Lock()
			w.dirty = true
			w.mu.Unlock()
			return nil, err
		}
	}
}

// poll asks the store what the room is now, and renews the lease. It takes
// signals if all else has been told.
func (w *watch) poll(ctx context.Context, takes bool) error {
	w.mu.Lock()
	if w.life == "" || w.overLocked() {
		w.mu.Unlock()
		return nil
	}
	arguments := w.askLocked()
	w.mu.Unlock()
	if takes {
		arguments = append(arguments, "1")
	} else {
		arguments = append(arguments, "0")
	}
	r, err := w.engine.run(ctx, pollScript, w.roomID, w, arguments...)
	if err == nil {
		err = w.absorb(r)
	}
	if err != nil {
		return err
	}
	if w.over() {
		w.engine.local.remove(w)
	}
	return nil
}

// askLocked tells the poll script of the stream and of what it has.
func (w *watch) askLocked() []string {
	return []string{
		strconv.Itoa(w.slot + 1), w.life, w.generation, count(w.stream), count(w.view.version),
		count(w.offset), count(w.seenResync), w.sightLocked(),
	}
}

// absorb takes up what the poll script answered.
func (w *watch) absorb(r reply) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.overLocked() {
		return nil
	}
	outcome := r.in(atRest)
	switch outcome.text(0) {
	case "gone":
		w.lost = true
	case "fenced":
		w.last = signaling.Detached{Reason: signaling.DetachedFenced}
	case "closed":
		w.last = outcome.closed(w.requeues)
	case "open":
		w.absorbViewLocked(r)
	default:
		r.note(errors.New("unknown outcome"))
	}
	w.signal()
	return *r.err
}

func (w *watch) absorbViewLocked(r reply) {
	run, last := r.run(atRest + 2)
	if run != nil {
		w.run, w.offset = run, last
	}
	if v := r.view(atRest + 1); v.version >= w.view.version { // else a later poll was faster
		w.view = v
	}
	w.renewLocked()
}

// Close implements signaling.Watch.
func (w *watch) Close() {
	w.mu.Lock()
	open := w.life != "" && !w.overLocked()
	w.closed = true
	w.mu.Unlock()
	w.engine.local.remove(w)
	if !open {
		return
	}
	// Without an answer the stream ends with its lease.
	_, err := w.engine.run(context.Background(), partScript, w.roomID, w, strconv.Itoa(w.slot+1), w.life, w.generation)
	if err != nil {
		w.engine.config.Logger.Debug("signaling: a stream ends with its lease", "error", err)
	}
}

func jitter(d time.Duration) time.Duration {
	return d - d/4 + rand.N(d/2) //nolint:gosec // only spreads the load
}
