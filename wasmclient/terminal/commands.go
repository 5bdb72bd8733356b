//go:build !js

package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/safetycode"
)

// maxBlocked is how many people the server accepts in a request.
const maxBlocked = 64

// command is what a line that begins with a slash asks for.
type command struct {
	name, argument, help string
	needsChat            bool // a pipe waits with it until somebody is here
	run                  func(s *session, ctx context.Context, argument string)
}

// commands returns all commands, in the order of /help.
func commands() []command {
	return []command{
		{"next", "", "leave, and look for somebody else", false, (*session).next},
		{"stop", "", "end the chat or the search", false, (*session).stop},
		{"block", "", "end the chat, and never meet these people again in this run", false, (*session).block},
		{"send", "PATH", "offer a file", true, (*session).sendFile},
		{"accept", "[N] [PATH]", "take a file that is offered, into this folder or as PATH", true, (*session).acceptFile},
		{"decline", "[N]", "decline a file that is offered", true, (*session).declineFile},
		{"cancel", "", "end all files that are on their way", true, (*session).cancelFiles},
		{"who", "", "list who is here, and the path to them", false, (*session).who},
		{"code", "", "show the code by which you two can check that nobody is between you", false, (*session).code},
		{"trace", "", "print what happens inside, or no longer", false, (*session).trace},
		{"help", "", "list the commands", false, (*session).help},
	}
}

// findCommand returns the command of a line without its slash, and the argument.
func findCommand(text string) (found command, argument string, ok bool) {
	name, argument, _ := strings.Cut(strings.TrimSpace(text), " ")
	known := commands()
	index := slices.IndexFunc(known, func(c command) bool { return c.name == name })
	if index < 0 {
		return command{}, "", false
	}
	return known[index], strings.TrimSpace(argument), true
}

// command runs a command, which is without its slash.
func (s *session) command(ctx context.Context, text string) {
	found, argument, ok := findCommand(text)
	switch {
	case !ok:
		name, _, _ := strings.Cut(strings.TrimSpace(text), " ")
		s.refuse(fmt.Sprintf("there is no command /%s; /help lists them, and // sends a slash", name))
	case found.needsChat && s.waitsForChat():
		s.held = append(s.held, line{text: "/" + text})
	default:
		found.run(s, ctx, argument)
	}
}

func (s *session) next(ctx context.Context, _ string) {
	if s.stopSearch != nil {
		s.tell("Already looking.")
		return
	}
	s.leave(p2p.ByeNext)
	if s.last != nil {
		_ = s.last.room.CloseWith(p2p.ByeNext) // the next search prefers others, even if this chat had ended
	}
	s.search(ctx)
}

func (s *session) stop(context.Context, string) {
	if s.chat == nil && s.stopSearch == nil {
		s.tell("There is no chat.")
		return
	}
	s.leave(p2p.ByeStopped)
	s.stopped()
}

// stopped says what a person can do now. Without a person, the session is over.
func (s *session) stopped() {
	s.printer.print(event{Type: typeState, State: "stopped", Text: "Stopped."})
	if s.interactive {
		s.tell("/next looks for somebody else; Ctrl-D leaves.")
		return
	}
	s.finish(nil)
}

func (s *session) block(context.Context, string) {
	met := s.chat
	if met == nil {
		met = s.last // somebody who has just left
	}
	if met == nil || s.stopSearch != nil {
		s.tell("There is nobody to block.")
		return
	}
	for _, peer := range met.peers {
		if !slices.Contains(s.blocked, peer.Pseudonym) {
			s.blocked = append(s.blocked, peer.Pseudonym)
		}
	}
	s.blocked = slices.Clone(s.blocked[max(0, len(s.blocked)-maxBlocked):])
	s.tell("Blocked: you will not meet again in this run.")
	if s.chat != nil {
		s.leave(p2p.ByeStopped)
		s.stopped()
	}
}

func (s *session) who(context.Context, string) {
	if s.chat == nil {
		s.tell("Nobody is here.")
		return
	}
	for _, peer := range s.chat.room.Peers() {
		text := fmt.Sprintf("%s, slot %d", s.chat.name(peer.ID), peer.Slot)
		if stats, err := s.chat.room.Stats(peer.ID); err == nil && stats.Path != p2p.PathUnknown {
			text += fmt.Sprintf(": %s, %s away", stats.Path, stats.RoundTrip.Round(100*time.Microsecond))
		}
		s.tell("%s", text)
	}
}

func (s *session) code(context.Context, string) {
	if s.chat == nil {
		s.tell("Nobody is here.")
		return
	}
	for _, peer := range s.chat.room.Peers() {
		var names []string
		for _, symbol := range safetycode.Of(s.chat.room.SafetyCode(peer.ID)) {
			names = append(names, symbol.Emoji+" "+symbol.English)
		}
		s.tell("%s: %s", s.chat.name(peer.ID), strings.Join(names, ", "))
	}
	s.tell("Compare it in a call. If it is the same for both, nobody is between you.")
}

func (s *session) trace(context.Context, string) {
	if s.tracing.Load() {
		s.tracing.Store(false)
		s.tell("The trace is off.")
		return
	}
	s.tracing.Store(true)
	s.tell("The trace is on.")
}

func (s *session) help(context.Context, string) {
	for _, c := range commands() {
		s.tell("/%-18s %s", strings.TrimSpace(c.name+" "+c.argument), c.help)
	}
	s.tell("//…                 send a line that begins with a slash")
}
