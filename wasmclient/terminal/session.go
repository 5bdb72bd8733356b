//go:build !js

package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

var (
	errNobody      = errors.New("nobody came")
	errBroken      = errors.New("the chat broke")
	errUnconfirmed = errors.New("the last lines were perhaps not received")
)

// language is the first interest of this program, whose words are English. Pages in
// English have it too.
const language = "lang:en"

// lookAhead is how long the end of a chat waits for another line of a pipe: one that was
// there before the chat ended has not been sent.
const lookAhead = 100 * time.Millisecond

// session is one run of the program: searches and chats, one after the other. Its methods
// belong to run, but for those that say otherwise.
type session struct {
	flags       flags
	interactive bool // a person writes, so a chat that ends does not end the program
	printer     printer
	client      *p2p.Client
	began       time.Time
	tracing     atomic.Bool // the steps inside are told

	events     chan func() // what happened, for run
	done       chan struct{}
	background sync.WaitGroup // searches
	input      chan line      // closed at its end

	stopSearch context.CancelFunc // nil: no search is under way
	chat       *conversation      // nil: there is none
	last       *conversation      // the last one that has ended; may be nil
	held       []line             // of a pipe, for the partner who is not here yet
	blocked    []string           // pseudonyms, the oldest first
	inputEnded bool
	unsent     int // lines that could not be sent
	over       bool
	err        error // why it is over
}

func newSession(flags flags, printer printer) *session {
	s := &session{
		flags: flags, printer: printer, client: p2p.NewClient(flags.URL), began: time.Now(),
		events: make(chan func()), done: make(chan struct{}), input: make(chan line),
	}
	s.tracing.Store(flags.Trace)
	return s
}

// run looks for a partner and chats, until the session is over or ctx ends. read returns
// the next line of the input; it is called from another goroutine, which may outlive run.
// The error is errNobody, a *usageError, or what broke; nil if every line was sent.
func (s *session) run(ctx context.Context, read func() (line, error)) error {
	defer s.background.Wait()
	defer close(s.done)
	go s.readInput(read)
	if s.flags.Invite != "" {
		s.tell("The link to meet you: %s", s.flags.invite.Link(s.flags.URL))
	}
	s.search(ctx)
	for !s.over {
		select {
		case happened := <-s.events:
			happened()
		case line, more := <-s.takesInput():
			if more {
				s.entered(ctx, line)
			} else {
				s.endOfInput()
			}
		case <-ctx.Done():
			s.finish(nil)
		}
	}
	s.leave(p2p.ByeStopped)
	if s.last != nil {
		_ = s.last.room.Close() // waits until the goodbye has arrived
		s.last.files.wait()
	}
	if s.unsent += len(s.held); s.unsent > 0 && (s.err == nil || errors.Is(s.err, errUnconfirmed)) {
		s.err = fmt.Errorf("not sent: %s", countLines(s.unsent))
	}
	return s.err
}

func countLines(count int) string {
	if count == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", count)
}

// post hands something that happened to run. Any goroutine but that of run may call it. It
// returns false when the session is over.
func (s *session) post(happened func()) bool {
	select {
	case s.events <- happened:
		return true
	case <-s.done:
		return false
	}
}

func (s *session) readInput(read func() (line, error)) {
	defer close(s.input)
	for {
		line, err := read()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.post(func() { s.refuse("the input broke: " + err.Error()) })
			}
			return
		}
		select {
		case s.input <- line:
		case <-s.done:
			return
		}
	}
}

// takesInput returns the input, or nil while lines of a pipe have to wait: the one before
// is not sent, or nobody is here yet.
func (s *session) takesInput() <-chan line {
	waits := len(s.held) > 0 || s.chat != nil && s.chat.outbox.busy()
	if s.inputEnded || waits && !s.interactive {
		return nil
	}
	return s.input
}

func (s *session) tell(format string, arguments ...any) {
	s.printer.print(notice(format, arguments...))
}

// finish ends the session. Only the first call counts.
func (s *session) finish(err error) {
	if !s.over {
		s.over, s.err = true, err
	}
}

// entered runs a line of the input: a command, or a text.
func (s *session) entered(ctx context.Context, line line) {
	text, isCommand := line.text, false
	if rest, slashed := strings.CutPrefix(line.text, "/"); slashed {
		isCommand = !strings.HasPrefix(rest, "/")
		text = rest // without the slash that a second one stands for, or of the command
	}
	switch {
	case line.err != nil:
		s.refuse(line.err.Error())
	case isCommand:
		s.command(ctx, text)
	case strings.TrimSpace(text) == "":
	case s.chat != nil:
		s.chat.say(text)
	case s.waitsForChat():
		s.held = append(s.held, line)
	default:
		s.refuse("nobody is here")
	}
}

// waitsForChat reports whether lines have to wait until somebody is here.
func (s *session) waitsForChat() bool { return s.chat == nil && !s.interactive }

// refuse says why a line is not sent.
func (s *session) refuse(reason string) {
	s.unsent++
	s.tell("Not sent: %s.", reason)
}

func (s *session) endOfInput() {
	s.inputEnded = true
	switch {
	case s.interactive || s.chat == nil && s.stopSearch == nil:
		s.finish(nil)
	case s.chat != nil:
		s.chat.inputEnded()
	}
}

// search begins to look for a partner.
func (s *session) search(ctx context.Context) {
	parent := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	s.stopSearch = func() { cancel(context.Canceled) }
	if s.flags.Timeout > 0 {
		timeout := time.AfterFunc(s.flags.Timeout, func() { cancel(errNobody) })
		context.AfterFunc(ctx, func() { timeout.Stop() })
	}
	found := &conversation{session: s, ctx: ctx}
	options := s.options(found)
	blocked := s.blocked
	s.background.Go(func() {
		room, err := s.client.Find(ctx, append(options, p2p.WithAvoid(blocked...))...)
		if len(blocked) > 0 && p2p.AvoidRefused(err) { // the server has another key since
			room, err = s.client.Find(ctx, options...)
		}
		if err != nil && errors.Is(context.Cause(ctx), errNobody) {
			err = errNobody
		}
		if !s.post(func() { s.found(parent, found, room, err) }) && room != nil {
			_ = room.Close()
		}
	})
}

func (s *session) options(c *conversation) []p2p.Option {
	return []p2p.Option{
		p2p.WithPool(s.flags.Pool),
		p2p.WithGroupSize(s.flags.Group),
		p2p.WithInvite(s.flags.invite),
		p2p.WithInterests(s.interests()...),
		p2p.WithProgress(func(now p2p.Progress) { s.printer.print(progressEvent(now)) }),
		p2p.WithChanges(func(change p2p.Change) { s.post(func() { c.changed(change) }) }),
		p2p.WithTrace(func(step p2p.Trace) {
			if s.tracing.Load() {
				s.printer.print(traceEvent(s.began, step))
			}
		}),
	}
}

func (s *session) interests() []string {
	if s.flags.invite != "" {
		return nil
	}
	if len(s.flags.Interests) == 0 {
		return []string{language}
	}
	return s.flags.Interests
}

// found begins the chat that a search has found, or reports why it found none.
func (s *session) found(ctx context.Context, c *conversation, room *p2p.Room, err error) {
	var ended *p2p.EndedError
	switch {
	case errors.Is(context.Cause(c.ctx), context.Canceled): //nolint:contextcheck // the context of the search, which was stopped
		if room != nil {
			go room.Close()
		}
	case err == nil:
		s.stopSearch()
		s.stopSearch, s.chat = nil, c
		c.begin(ctx, room)
	case errors.As(err, &ended) && ended.Reason == p2p.ReasonExpired:
		s.finish(errNobody)
	case p2p.CodeOf(err) == "invalid_argument":
		s.finish(&usageError{err})
	default:
		s.finish(err)
	}
}

// leave ends the chat or the search, if there is one.
func (s *session) leave(reason p2p.ByeReason) {
	if s.stopSearch != nil {
		s.stopSearch()
		s.stopSearch = nil
	}
	if c := s.chat; c != nil {
		s.unsent += c.outbox.texts()
		s.chat, s.last = nil, c
		c.outbox.confirmAll()
		c.end()
		_ = c.room.CloseWith(reason)
	}
}

// ended reports that a chat is over that this side has not left.
func (s *session) ended(c *conversation, ended *p2p.EndedError) {
	told := *ended
	if c.delivered() { // a receipt says so, even if no Pong does
		told.Unconfirmed = 0
	}
	s.printer.print(endEvent(&told))
	s.leave(p2p.ByeStopped)
	if s.interactive {
		s.tell("/next looks for somebody else; Ctrl-D leaves.")
		return
	}
	if !s.inputEnded {
		select {
		case _, more := <-s.input:
			if more {
				s.unsent++
			}
		case <-time.After(lookAhead):
		}
	}
	switch {
	case told.Unconfirmed > 0:
		s.finish(errUnconfirmed)
	case told.Reason == p2p.ReasonPeerLeft, told.Reason == p2p.ReasonPeerNext, told.Reason == p2p.ReasonPeerClosed:
		s.finish(nil)
	default:
		s.finish(errBroken)
	}
}
