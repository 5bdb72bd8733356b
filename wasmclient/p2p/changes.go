package p2p

import (
	"context"
	"sync"
)

// SignalingState is where a room's connection to the server is. Losing it does
// not end a room.
type SignalingState string

// The states of signaling.
const (
	// SignalingLive: the server tells of the peers and carries what repairs a
	// link.
	SignalingLive SignalingState = "live"
	// SignalingResuming: the connection broke, or is needed again, and is being
	// made.
	SignalingResuming SignalingState = "resuming"
	// SignalingReleased: not needed, every link is up.
	SignalingReleased SignalingState = "released"
	// SignalingLost: the server no longer takes this side for a member. The chat
	// goes on, but a link that breaks may not be repaired.
	SignalingLost SignalingState = "lost"
)

// PeerState is where the link to a peer is.
type PeerState string

// The states of a peer.
const (
	// PeerConnecting: the first connection is being made.
	PeerConnecting PeerState = "connecting"
	// PeerConnected: the peer is heard.
	PeerConnected PeerState = "connected"
	// PeerInterrupted: the peer is not heard, and the link is being repaired.
	// What is sent arrives when that has succeeded.
	PeerInterrupted PeerState = "interrupted"
	// PeerGone: the link is over for good.
	PeerGone PeerState = "gone"
)

// Change is one piece of news of an open room: either of Signaling, or of a
// Peer and its State. Callers skip values they do not know.
type Change struct {
	// Signaling is the new state of the connection to the server, or "".
	Signaling SignalingState
	// Peer is whose link changed; with State.
	Peer Peer
	// State is the new state of that link, or "".
	State PeerState
	// Reason is why the peer is gone; with PeerGone.
	Reason Reason
}

// WithChanges sets a function that is told of each change in a room that Find
// returned, the first time against a room that is live and whose peers are all
// connected. It is called from one goroutine at a time, in order, until the
// room ends; it must return soon. Default: nobody is told.
func WithChanges(report func(Change)) Option {
	return func(s *settings) { s.changes = report }
}

// changes keeps the states of a room and tells the user of each change. Its
// methods never block and may be called at once.
type changes struct {
	report func(Change)
	box    *mailbox
	ctx    context.Context // ends when nothing more is told
	cancel context.CancelFunc

	mu        sync.Mutex // guards the following fields
	begun     bool
	signaling SignalingState
	peers     []Change // the last of each peer
}

func newChanges(report func(Change)) *changes {
	c := &changes{report: report, box: newMailbox(), signaling: SignalingLive}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// begin starts to tell, with how the room differs from one in which all is
// well.
func (c *changes) begin() {
	if c.report == nil {
		return
	}
	go c.box.serve(c.ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun = true
	if c.signaling != SignalingLive {
		c.tellLocked(Change{Signaling: c.signaling})
	}
	for _, peer := range c.peers {
		if peer.State != PeerConnected {
			c.tellLocked(peer)
		}
	}
}

// end tells what is waiting and nothing more.
func (c *changes) end() { c.box.post(func() { c.cancel() }) }

func (c *changes) setSignaling(state SignalingState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signaling != state {
		c.signaling = state
		c.tellLocked(Change{Signaling: state})
	}
}

func (c *changes) setPeer(peer Peer, state PeerState, reason Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := Change{Peer: peer, State: state, Reason: reason}
	for i, known := range c.peers {
		if known.Peer == peer {
			if known.State != state && known.State != PeerGone {
				c.peers[i] = news
				c.tellLocked(news)
			}
			return
		}
	}
	c.peers = append(c.peers, news)
	c.tellLocked(news)
}

func (c *changes) tellLocked(news Change) {
	if c.begun {
		c.box.post(func() { c.report(news) })
	}
}
