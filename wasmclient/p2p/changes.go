package p2p

import (
	"context"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
	"sync"
)

// SignalingState is the state of a room's connection to the server. Losing that
// connection does not end a room.
type SignalingState string

// The states of signaling.
const (
	// SignalingLive: the stream from the server is open, and signals that repair
	// a link can be sent.
	SignalingLive SignalingState = "live"
	// SignalingResuming: the connection broke, or is needed again, and is being
	// opened.
	SignalingResuming SignalingState = "resuming"
	// SignalingReleased: the connection is closed, because every link is up.
	SignalingReleased SignalingState = "released"
	// SignalingLost: the server no longer accepts this side as a member. The chat
	// goes on, but a link that breaks may stay broken.
	SignalingLost SignalingState = "lost"
)

// PeerState is the state of the link to a peer.
type PeerState string

// The states of a peer.
const (
	// PeerConnecting: the first connection is being opened.
	PeerConnecting PeerState = "connecting"
	// PeerConnected: messages or pings of the peer arrive.
	PeerConnected PeerState = "connected"
	// PeerInterrupted: nothing arrives from the peer, and the link is being
	// repaired. Messages sent now arrive when the repair succeeds.
	PeerInterrupted PeerState = "interrupted"
	// PeerGone: the link has ended. It does not come back.
	PeerGone PeerState = "gone"
)

// Change is one change in an open room: either of Signaling, or of a
// Peer and its State. Callers skip values they do not know.
type Change struct {
	// Signaling is the new state of the connection to the server, or "".
	Signaling SignalingState
	// Peer is the peer whose link changed. Set with State.
	Peer Peer
	// State is the new state of that link, or "".
	State PeerState
	// Reason is why the peer is gone. Set with PeerGone.
	Reason Reason
}

// WithChanges sets a function that is called with each change in a room that
// Find returned. The first calls say how the room differs from one whose
// signaling is live and whose peers are all connected. The function is called
// from one goroutine at a time, in order, until the room ends; it must return
// soon. Default: none.
func WithChanges(report func(Change)) Option {
	return func(s *settings) { s.changes = report }
}

// changes holds the states of a room and calls the user's function with each
// change. Its methods never block and are safe for concurrent use.
type changes struct {
	report func(Change)
	queue  *workqueue.Queue
	ctx    context.Context // ends when the last change was reported
	cancel context.CancelFunc

	mu        sync.Mutex // guards the following fields
	begun     bool
	signaling SignalingState
	peers     []Change // the last of each peer
}

func newChanges(report func(Change)) *changes {
	c := &changes{report: report, queue: workqueue.New(), signaling: SignalingLive}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// begin starts the reports, first with how the room differs from one in which
// signaling is live and all peers are connected.
func (c *changes) begin() {
	if c.report == nil {
		return
	}
	go c.queue.Serve(c.ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun = true
	if c.signaling != SignalingLive {
		c.notifyLocked(Change{Signaling: c.signaling})
	}
	for _, peer := range c.peers {
		if peer.State != PeerConnected {
			c.notifyLocked(peer)
		}
	}
}

// end ends the reports after those that are queued.
func (c *changes) end() { c.queue.Post(func() { c.cancel() }) }

func (c *changes) setSignaling(state SignalingState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signaling != state {
		c.signaling = state
		c.notifyLocked(Change{Signaling: state})
	}
}

func (c *changes) setPeer(peer Peer, state PeerState, reason Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change := Change{Peer: peer, State: state, Reason: reason}
	for i, known := range c.peers {
		if known.Peer == peer {
			if known.State != state && known.State != PeerGone {
				c.peers[i] = change
				c.notifyLocked(change)
			}
			return
		}
	}
	c.peers = append(c.peers, change)
	c.notifyLocked(change)
}

func (c *changes) notifyLocked(change Change) {
	if c.begun {
		c.queue.Post(func() { c.report(change) })
	}
}
