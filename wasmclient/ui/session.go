package ui

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// maxUnsent is how many messages wait for a partner whose buffer is full
// before further ones fail.
const maxUnsent = 256

// countTimeout is the timeout for asking how many people wait. It is short,
// because the next count comes soon.
const countTimeout = 5 * time.Second

// Session performs the page's network effects with a p2p client and posts the
// events that follow. Perform must be called from one goroutine at a time.
type Session struct {
	// Log records the steps of each search and chat, if it wants to. Nil: nothing does.
	Log *inside.Log

	client *p2p.Client
	post   func(Event)

	// The following belong to the latest search or chat.
	leave    func(p2p.ByeReason)       // ends it; may be nil
	room     *atomic.Pointer[p2p.Room] // points to nil until a partner is found; may be nil
	outgoing chan SendText
	over     chan struct{} // closed when it is over, at the server too; may be nil
}

// NewSession returns a Session that does nothing yet. The session calls post
// from goroutines of its own. post must not block.
func NewSession(client *p2p.Client, post func(Event)) *Session {
	return &Session{client: client, post: post}
}

// goodbye is the cause of a context that ends because this side leaves.
type goodbye p2p.ByeReason

func (g goodbye) Error() string { return string(g) }

// Perform begins an effect and returns at once. It ignores effects that are not
// about the network. The end of ctx ends the search or chat.
func (s *Session) Perform(ctx context.Context, effect Effect) {
	switch effect := effect.(type) {
	case Find:
		s.end(p2p.ByeNext)
		s.begin(ctx, effect)
	case Leave:
		s.end(effect.Reason)
	case SendText:
		select {
		case s.outgoing <- effect:
		default:
			s.post(SendFailed{effect.Search, effect.Message})
		}
	case TellHidden:
		if s.room != nil && s.room.Load() != nil {
			s.room.Load().SetHidden(effect.Hidden)
		}
	case CountWaiting:
		go s.count(ctx, s.over)
	case CheckConnection:
		go s.check(ctx)
	}
}

// begin starts a search. s.leave ends it at once, so that after NEXT the client
// knows the last partner before the next search begins.
func (s *Session) begin(ctx context.Context, find Find) {
	ctx, cancel := context.WithCancelCause(ctx)
	room := new(atomic.Pointer[p2p.Room])
	s.leave = func(reason p2p.ByeReason) {
		cancel(goodbye(reason))
		if open := room.Load(); open != nil {
			closeRoom(ctx, open)
		}
	}
	over := make(chan struct{})
	s.room, s.outgoing, s.over = room, make(chan SendText, maxUnsent), over
	outgoing := s.outgoing
	go func() {
		defer close(over)
		s.talk(ctx, find, room, outgoing)
	}()
}

func (s *Session) end(reason p2p.ByeReason) {
	if s.leave != nil {
		s.leave(reason)
		s.leave = nil
	}
}

// talk finds a partner and listens until the chat is over or ctx ends.
func (s *Session) talk(ctx context.Context, find Find, open *atomic.Pointer[p2p.Room], outgoing <-chan SendText) {
	search := find.Search
	progress := p2p.WithProgress(func(now p2p.Progress) { s.post(Progressed{search, now}) })
	here, gone := context.WithCancel(ctx) // the partner is here
	defer gone()
	changes := p2p.WithChanges(func(change p2p.Change) {
		if change.State == p2p.PeerGone {
			gone()
		}
		s.changed(search, change)
	})
	options := []p2p.Option{p2p.WithInterests(find.Interests...), progress, changes}
	if s.Log != nil && s.Log.Recording() {
		s.Log.Begin()
		options = append(options, p2p.WithTrace(s.Log.Add))
	}
	if find.RelayOnly {
		options = append(options, p2p.WithRelayOnly())
	}
	room, err := s.client.Find(ctx, options...)
	if err != nil {
		s.post(ended(search, err))
		return
	}
	open.Store(room)
	stopped := context.AfterFunc(ctx, func() { closeRoom(ctx, room) })
	defer func() {
		if stopped() {
			_ = room.Close() // the partner is gone: there is nobody to tell
		}
	}()
	s.post(Connected{search, room.Interest()})

	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	sent := make(chan []SendText, 1)
	go func() { sent <- s.send(sending, room.SendText, outgoing) }()
	incoming := newIncoming(here, s.post)
	for message, err := range room.Messages() {
		if err != nil {
			incoming.close()
			cancel()
			s.failLost(<-sent, err)
			s.post(ended(search, err))
			return
		}
		if text := message.Text(); text != "" {
			incoming.put(Received{search, text})
		}
	}
}

// UpdateLog looks at the connection to the partner, for Log. It waits for the browser.
func (s *Session) UpdateLog() {
	if s.room == nil || s.Log == nil {
		return
	}
	if room := s.room.Load(); room != nil {
		for _, peer := range room.Peers() {
			s.Log.Update(room.Pairs(peer.ID))
			return
		}
	}
}

// changed posts the changes of the link. It ignores those of signaling, because
// an open chat does not need it.
func (s *Session) changed(search int, change p2p.Change) {
	switch change.State {
	case p2p.PeerInterrupted:
		s.post(Interrupted{search})
	case p2p.PeerConnected:
		s.post(Restored{search})
	default:
	}
}

// closeRoom closes the room with the reason for which ctx ended.
func closeRoom(ctx context.Context, room *p2p.Room) {
	reason := goodbye(p2p.ByeStopped)
	errors.As(context.Cause(ctx), &reason)
	// The error does not matter: the room is freed in any case.
	_ = room.CloseWith(p2p.ByeReason(reason))
}

// send sends one message after the other, so that they arrive in order, and
// returns the last ones that were sent.
func (s *Session) send(ctx context.Context, sendText func(context.Context, string) error, outgoing <-chan SendText) (sent []SendText) {
	for {
		select {
		case <-ctx.Done():
			s.failAll(outgoing)
			return sent
		case message := <-outgoing:
			if err := sendText(ctx, message.Text); err != nil {
				s.post(SendFailed{message.Search, message.Message})
				continue
			}
			sent = append(sent[max(0, len(sent)-MaxMessages+1):], message)
		}
	}
}

// failLost reports those of the messages sent that the partner may not have
// received, because it left.
func (s *Session) failLost(sent []SendText, err error) {
	var end *p2p.EndedError
	if errors.As(err, &end) {
		for _, message := range sent[max(0, len(sent)-end.Unconfirmed):] {
			s.post(SendFailed{message.Search, message.Message})
		}
	}
}

func (s *Session) failAll(outgoing <-chan SendText) {
	for {
		select {
		case message := <-outgoing:
			s.post(SendFailed{message.Search, message.Message})
		default:
			return
		}
	}
}

// count asks how many people wait, and whether there are relays, once the search before is over: its own ticket
// is not one of them.
func (s *Session) count(ctx context.Context, over <-chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	if over != nil {
		select {
		case <-over:
		case <-ctx.Done():
		}
	}
	waiting, err := s.client.Waiting(ctx)
	s.post(Counted{Waiting: waiting, Known: err == nil})
	if relays, err := s.client.Relays(ctx); err == nil {
		s.post(RelaysKnown{relays})
	}
}

func (s *Session) check(ctx context.Context) {
	checkup, err := s.client.Check(ctx)
	s.post(Checked{Checkup: checkup, Known: err == nil})
}

func ended(search int, err error) Ended {
	var end *p2p.EndedError
	if !errors.As(err, &end) {
		return Ended{Search: search}
	}
	return Ended{Search: search, Reason: end.Reason, Cause: end.Diagnosis.Cause, RetryAfter: end.RetryAfter}
}
