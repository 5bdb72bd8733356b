package ui

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// countTimeout is the timeout for asking how many people wait. It is short,
// because the next count comes soon.
const countTimeout = 5 * time.Second

// Session performs the page's network effects with a p2p client and posts the
// events that follow. Perform must be called from one goroutine at a time.
type Session struct {
	// Log records the steps of each search and chat, if it wants to. Nil: nothing does.
	Log *inside.Log

	client   *p2p.Client
	language func() Language
	post     func(Event)
	blocks   blocks
	latest   atomic.Pointer[p2p.Room] // whose connection Log is told of; nil: none yet

	// The following belong to the latest search or chat.
	leave    func(p2p.ByeReason)       // ends it; may be nil
	room     *atomic.Pointer[p2p.Room] // points to nil until a partner is found; may be nil
	outgoing *outgoing                 // may be nil
	files    *transfers                // may be nil
	over     chan struct{}             // closed when it is over, at the server too; may be nil
}

// NewSession returns a Session that does nothing yet. It prefers partners with the same
// language, which Perform asks for at the start of each search. The session calls post from
// goroutines of its own. post must not block.
func NewSession(client *p2p.Client, language func() Language, post func(Event)) *Session {
	return &Session{client: client, language: language, post: post}
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
	case BlockPartner:
		s.blocks.add(effect.Search)
	case SendText:
		s.outgoing.text(effect)
	case SendFile, TakeFile, RefuseFile, StopFile:
		s.files.perform(effect) //nolint:contextcheck // it has that of the chat
	case DiscardSink:
		go effect.Sink.Discard()
	case TellTyping:
		s.outgoing.typing()
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
	find.Interests = wanted(find.Interests, s.language())
	over := make(chan struct{})
	outgoing := newOutgoing(find.Search, s.post)
	files := newTransfers(find.Search, s.post)
	s.room, s.outgoing, s.files, s.over = room, outgoing, files, over
	go func() {
		defer close(over)
		s.talk(ctx, find, room, outgoing, files)
	}()
}

func (s *Session) end(reason p2p.ByeReason) {
	if s.leave != nil {
		s.leave(reason)
		s.leave = nil
	}
}

// talk finds a partner and listens until the chat is over or ctx ends.
func (s *Session) talk(ctx context.Context, find Find, open *atomic.Pointer[p2p.Room], outgoing *outgoing, files *transfers) {
	search := find.Search
	progress := p2p.WithProgress(func(now p2p.Progress) { s.post(Progressed{search, now}) })
	here, gone := context.WithCancel(ctx) // the partner is here
	defer gone()
	changes := p2p.WithChanges(func(change p2p.Change) {
		if change.State == p2p.PeerGone {
			gone()
		}
		s.changed(search, change)
		if change.State == p2p.PeerConnected {
			s.tellCode(search, open.Load())
		}
	})
	options := []p2p.Option{p2p.WithInterests(find.Interests...), progress, changes}
	if find.Invite != "" {
		options = []p2p.Option{p2p.WithInvite(find.Invite), progress, changes}
	}
	if s.Log != nil && s.Log.Recording() {
		s.Log.Begin()
		options = append(options, p2p.WithTrace(s.Log.Add))
	}
	if find.RelayOnly {
		options = append(options, p2p.WithRelayOnly())
	}
	room, err := s.find(ctx, options)
	if err != nil {
		s.post(ended(search, err))
		return
	}
	open.Store(room)
	files.open(ctx, room)
	s.latest.Store(room)
	if peers := room.Peers(); len(peers) > 0 {
		s.blocks.met(search, peers[0].Pseudonym)
	}
	stopped := context.AfterFunc(ctx, func() { closeRoom(ctx, room) })
	defer func() {
		if stopped() {
			_ = room.Close() // the partner is gone: there is nobody to tell
		}
	}()
	s.post(Connected{search, withoutLanguage(room.Interest()), rand.IntN(math.MaxInt32)}) //nolint:gosec // for the choice of words

	s.tellCode(search, room)
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	sent := make(chan []int, 1)
	go func() { sent <- outgoing.send(sending, room.Send) }()
	incoming := newIncoming(here, s.post)
	for message, err := range room.Messages() {
		if err != nil {
			incoming.close()
			cancel()
			outgoing.failLost(<-sent, err)
			s.post(ended(search, err))
			return
		}
		incoming.put(s.received(search, message, outgoing))
	}
}

// tellCode posts the safety code of the connection of now.
func (s *Session) tellCode(search int, room *p2p.Room) {
	if room == nil {
		return
	}
	for _, peer := range room.Peers() {
		s.post(Coded{search, string(room.SafetyCode(peer.ID))})
	}
}

// find finds a partner who is not blocked. If the server does not know the pseudonyms of
// those who are, because its key was replaced, they are forgotten.
func (s *Session) find(ctx context.Context, options []p2p.Option) (*p2p.Room, error) {
	blocked := s.blocks.list()
	room, err := s.client.Find(ctx, slices.Concat(options, []p2p.Option{p2p.WithAvoid(blocked...)})...)
	if len(blocked) > 0 && p2p.AvoidRefused(err) {
		s.blocks.forget(blocked)
		return s.client.Find(ctx, options...)
	}
	return room, err
}

// received processes a message of the partner, and returns the event that it is, or nil.
func (s *Session) received(search int, message p2p.Message, outgoing *outgoing) Event {
	switch content := message.Content.(type) {
	case p2p.Text:
		if content.Text != "" {
			outgoing.confirm(message.ID)
			return Received{search, content.Text}
		}
	case p2p.Typing:
		return PartnerTyping{search}
	case p2p.Receipt:
		outgoing.confirmed(content.MessageIDs)
	case p2p.FileOffer:
		return FileOffer{search, message}
	case p2p.FileCancel:
		return FileWithdrawn{search, content.OfferID}
	}
	return nil
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
