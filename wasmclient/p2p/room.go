package p2p

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
)

// Room is an open session with one peer or more. It ends when this side closes
// it or the last peer is gone. It does not end when the servers go away. Safe
// for concurrent use.
type Room struct {
	id, self  string
	slot      int // of this side
	interest  string
	recent    *recentPeers // of the Client
	settings  settings
	links     []*link // in slot order
	received  *messageQueue
	signaling *signaling
	changes   *changes
	hidden    atomic.Bool
	relayOnly atomic.Bool // since RelayOnly
	unwatch   func()      // the network

	introduction *introduction // that the link adopts; nil: none

	connecting chan error    // the result of connecting; one value
	freed      chan struct{} // closed when all is freed; the server may still be told

	mu     sync.Mutex // guards the following fields
	ending bool
}

// Peer is another member of the room.
type Peer struct {
	// ID names the peer within this room.
	ID string
	// Pseudonym stands for the person. It is encrypted anew for each match, so
	// the same person has another one each time.
	Pseudonym string
	// Slot is the peer's position among the members, counted from zero.
	Slot int
}

// ID names the room in logs and reports. It is not a secret.
func (r *Room) ID() string { return r.id }

// Self returns this side's own peer id.
func (r *Room) Self() string { return r.self }

// Slot returns this side's own position among the members, counted from zero as [Peer.Slot].
func (r *Room) Slot() int { return r.slot }

// Interest returns the common interest for which the people of the room were
// matched, as this side named it, or "" if there was none.
func (r *Room) Interest() string { return r.interest }

// Members returns all other members of the room, those who are gone included, in slot order.
func (r *Room) Members() []Peer {
	members := make([]Peer, len(r.links))
	for i, link := range r.links {
		members[i] = link.peer
	}
	return members
}

// Peers returns the peers that are not gone, in slot order.
func (r *Room) Peers() []Peer {
	var peers []Peer
	for _, link := range r.links {
		if link.currentState().up() {
			peers = append(peers, link.peer)
		}
	}
	return peers
}

// PeerConnection returns the platform's own connection to a peer, for media and what
// else this package lacks: natively a *webrtc.PeerConnection of pion, in a browser its
// RTCPeerConnection as a js.Value. It returns nil when there is no such peer. Do not
// set handlers that the room needs, and do not close it. A new connection can replace
// it when the path breaks, if the peer cannot restart ICE.
func (r *Room) PeerConnection(peerID string) any {
	if link := r.link(peerID); link != nil && link.currentState().up() {
		return link.current().pc.Platform()
	}
	return nil
}

// Messages yields what peers send, in order per peer, and at the end one
// *[EndedError] with the zero Message. Only one loop may run at a time. Breaking
// out of it loses nothing: a later loop goes on where it stopped. Peers wait while
// this side has not read 96 KiB, or, of a reader that keeps up, 256 KiB and 2 MiB of file
// chunks. A peer that does not wait, or gives no credit itself, loses the chat with
// [ReasonUnread] when it is 256 messages or 1 MiB ahead; another one when it is 16,384
// messages ahead. After Close only the end is yielded.
func (r *Room) Messages() iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for {
			item, ok, end := r.received.next()
			switch {
			case ok:
				item.from.read()
				if !yield(item.message, nil) {
					return
				}
			case end != nil:
				yield(Message{}, end)
				return
			default:
				<-r.received.wake
			}
		}
	}
}

// Send sends content to every peer, in the order of calls, and waits while the network or
// a peer is slower. It returns the id of the message, which is new. The error is
// [ErrTooLarge], [ErrNoContent], the cause of ctx wrapped, together with [ErrUnread] if the
// peer does not read what it has been sent, or an *[EndedError] when no peer is left. A
// peer that goes away meanwhile is not an error while another one is left.
func (r *Room) Send(ctx context.Context, content Content) (id string, err error) {
	data, id, err := encode(content)
	if err != nil {
		return "", failed("send", err)
	}
	errs := make([]error, len(r.links))
	var sending sync.WaitGroup
	for i, link := range r.links[1:] {
		sending.Go(func() { errs[i+1] = link.send(ctx, isBulk(content), data) })
	}
	errs[0] = r.links[0].send(ctx, isBulk(content), data)
	sending.Wait()
	return id, r.sent(errs)
}

// sent returns the error of Send from the errors of all peers.
func (r *Room) sent(errs []error) error {
	var joined []error
	gone := 0
	for _, err := range errs {
		var ended *EndedError
		if errors.As(err, &ended) {
			gone++
		} else if err != nil {
			joined = append(joined, failed("send", err))
		}
	}
	if gone == len(errs) {
		return errs[0]
	}
	return errors.Join(joined...)
}

// SendTo is Send to one peer. The error is [ErrUnknownPeer] for an id that is
// not in the room, and an *[EndedError] when that peer is gone.
func (r *Room) SendTo(ctx context.Context, peerID string, content Content) (id string, err error) {
	data, id, err := encode(content)
	if err != nil {
		return "", failed("send", err)
	}
	link := r.link(peerID)
	if link == nil {
		return "", failed("send to "+strconv.Quote(peerID), ErrUnknownPeer)
	}
	return id, link.send(ctx, isBulk(content), data)
}

// SendText sends a line of chat to every peer. Errors are those of Send.
func (r *Room) SendText(ctx context.Context, text string) error {
	_, err := r.Send(ctx, Text{Text: text})
	return err
}

// SendData sends a message of the application's own to every peer; dataType
// names its kind, up to 64 bytes. Errors are those of Send.
func (r *Room) SendData(ctx context.Context, dataType string, value []byte) error {
	_, err := r.Send(ctx, Data{Type: dataType, Value: value})
	return err
}

func isBulk(content Content) bool {
	switch content.(type) {
	case FileChunk, FileEnd:
		return true
	default:
		return false
	}
}

// Close sends bye (stopped) to every peer, waits until all is received, a
// second and a half at most, and frees everything. It tells the server in the
// background. Further calls only wait. Never call it in an event handler of the
// browser: call CloseWith there. The error is always nil.
func (r *Room) Close() error {
	_ = r.CloseWith(ByeStopped)
	<-r.freed
	return nil
}

// CloseWith is Close with another reason, and it does not wait: when it returns,
// each data channel has queued the bye, and the rest happens in the background.
// So it may be called in an event handler of the browser, such as pagehide.
// Call Close afterwards to wait. After ByeNext the next Find of the same
// Client prefers other people than these peers, even if the room had ended
// before. The error is always nil.
func (r *Room) CloseWith(reason ByeReason) error {
	if reason == ByeNext {
		for _, link := range r.links {
			r.recent.add(link.peer.Pseudonym)
		}
	}
	if r.end(&EndedError{Reason: ReasonClosed}, true) {
		for _, link := range r.links {
			link.bye(reason)
		}
	}
	return nil
}

// SetHidden tells the peers whether this side's page is hidden. They then
// tolerate longer silence, because browsers slow down hidden pages. It never
// blocks.
func (r *Room) SetHidden(hidden bool) {
	r.hidden.Store(hidden)
	for _, link := range r.links {
		link.work.Post(link.beat)
	}
}

func (r *Room) link(peerID string) *link {
	for _, link := range r.links {
		if link.peer.ID == peerID {
			return link
		}
	}
	return nil
}
