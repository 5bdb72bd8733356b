package ui

import (
	"context"
	"errors"
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

	chat  *chat               // the latest; may be nil
	leave func(p2p.ByeReason) // ends it; may be nil
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
		s.blocks.add(effect.Search, effect.Slot)
	case SendText:
		s.chat.outgoing.text(effect)
	case SendFile, TakeFile, RefuseFile, StopFile:
		s.chat.files.perform(effect) //nolint:contextcheck // it has that of the chat
	case DiscardSink:
		go effect.Sink.Discard()
	case TellTyping:
		s.chat.outgoing.typing()
	case TellHidden:
		if s.chat != nil && s.chat.room.Load() != nil {
			s.chat.room.Load().SetHidden(effect.Hidden)
		}
	case CountWaiting:
		go s.count(ctx, s.chat)
	case CheckConnection:
		go s.check(ctx)
	}
}

// begin starts a search. s.leave ends it at once, so that after NEXT the client
// knows the last partner before the next search begins.
func (s *Session) begin(ctx context.Context, find Find) {
	ctx, cancel := context.WithCancelCause(ctx)
	chat := newChat(s, find.Search)
	s.leave = func(reason p2p.ByeReason) {
		cancel(goodbye(reason))
		if room := chat.room.Load(); room != nil {
			closeRoom(ctx, room)
		}
	}
	find.Interests = wanted(find.Interests, s.language())
	s.chat = chat
	go func() {
		defer close(chat.over)
		chat.run(ctx, find)
	}()
}

func (s *Session) end(reason p2p.ByeReason) {
	if s.leave != nil {
		s.leave(reason)
		s.leave = nil
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

// closeRoom closes the room with the reason for which ctx ended.
func closeRoom(ctx context.Context, room *p2p.Room) {
	reason := goodbye(p2p.ByeStopped)
	errors.As(context.Cause(ctx), &reason)
	// The error does not matter: the room is freed in any case.
	_ = room.CloseWith(p2p.ByeReason(reason))
}

// count asks how many people wait, and whether there are relays, once the search before is
// over: its own ticket is not one of them.
func (s *Session) count(ctx context.Context, before *chat) {
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	if before != nil {
		select {
		case <-before.over:
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
