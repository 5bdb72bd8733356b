//go:build !js

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"unicode"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const usage = `Usage: go run ./wasmclient [--check | --trace] URL

Finds a stranger at the server at URL, such as http://localhost:8080, and
chats in the terminal: each line you type is sent, each line they type is
printed. Ctrl-C or the end of the input says goodbye.

/send PATH offers a file; /accept and /decline answer an offer, /cancel ends all
transfers. A file is saved in this folder, or where /accept NUMBER PATH says.

With --check it says instead by which ways your network lets you connect: over
UDP, TCP and TLS, directly and through a relay.

With --trace it also prints to the standard error what happens inside: one line
for each call of the server, description, candidate and state.
`

func main() {
	flag.Usage = func() { fmt.Fprint(flag.CommandLine.Output(), usage) }
	checking := flag.Bool("check", false, "")
	tracing := flag.Bool("trace", false, "")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	status := log.New(os.Stderr, "", 0)
	var options []p2p.Option
	if *tracing {
		options = append(options, printTrace(status))
	}
	do := func() error { return chat(ctx, flag.Arg(0), os.Stdin, os.Stdout, status, options...) }
	if *checking {
		do = func() error { return check(ctx, flag.Arg(0), os.Stdout) }
	}
	if err := do(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "wasmclient:", err)
		var ended *p2p.EndedError
		if errors.As(err, &ended) && ended.Reason == p2p.ReasonConnectFailed {
			fmt.Fprintf(os.Stderr, "What your network lets through: go run ./wasmclient --check %s\n", flag.Arg(0))
		}
		os.Exit(1)
	}
}

// chat talks to one stranger until one of the two leaves.
func chat(ctx context.Context, url string, in io.Reader, out io.Writer, status *log.Logger, options ...p2p.Option) error {
	progress := p2p.WithProgress(func(now p2p.Progress) { status.Println(describe(now)) })
	changes := p2p.WithChanges(func(change p2p.Change) {
		if text := describeChange(change); text != "" {
			status.Println(text)
		}
	})
	options = append(options, p2p.WithInterests("lang:en"), progress, changes) // as pages in English ask
	room, err := p2p.NewClient(url, options...).Find(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = room.Close() }()
	defer context.AfterFunc(ctx, func() { _ = room.Close() })()
	status.Println("Connected. Say hello; Ctrl-C leaves.")
	files := &files{room: room, status: status}
	go sendLines(ctx, room, in, status, files)
	for message, err := range room.Messages() {
		var ended *p2p.EndedError
		switch {
		case errors.As(err, &ended):
			status.Println(farewell(ended.Reason))
			if ended.Unconfirmed > 0 {
				status.Printf("Perhaps not received: your last %d.", ended.Unconfirmed)
			}
		case files.received(ctx, message):
		default:
			if text, is := message.Content.(p2p.Text); is {
				fmt.Fprintln(out, harmless(text.Text))
			}
		}
	}
	return nil
}

// sendLines sends each line of in, or does what it says, and closes the room after the last,
// when nothing is being sent any more.
func sendLines(ctx context.Context, room *p2p.Room, in io.Reader, status *log.Logger, files *files) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if strings.TrimSpace(lines.Text()) == "" || files.command(ctx, lines.Text()) {
			continue
		}
		if err := room.SendText(ctx, lines.Text()); err != nil {
			status.Println("Not sent:", err)
		}
	}
	files.wait()
	_ = room.Close()
}

func describe(now p2p.Progress) string {
	switch now.Stage {
	case p2p.StageSearching:
		return "Asking the server…"
	case p2p.StageWaiting:
		return fmt.Sprintf("Waiting for a partner; %d here.", now.Waiting)
	case p2p.StageConnecting:
		return "Partner found, connecting…"
	case p2p.StageStillLooking:
		return "That one could not be reached; looking on…"
	case p2p.StageWidened:
		return "Nobody new so far; anybody will do now…"
	case p2p.StageRetrying:
		if now.Busy {
			return "The server is busy, trying again…"
		}
		return fmt.Sprintf("The server cannot be reached, trying again: %v", now.Err)
	default:
		return "Looking on…"
	}
}

// describeChange returns "" for changes that the chat does not show.
func describeChange(change p2p.Change) string {
	switch change.State {
	case p2p.PeerInterrupted:
		return "Connection interrupted, trying to reconnect…"
	case p2p.PeerConnected:
		return "Connected again."
	default:
		return ""
	}
}

func farewell(reason p2p.Reason) string {
	switch reason {
	case p2p.ReasonClosed:
		return "Goodbye."
	case p2p.ReasonPeerLeft:
		return "Your partner has left."
	case p2p.ReasonPeerNext:
		return "Your partner looks for somebody else."
	case p2p.ReasonPeerClosed:
		return "Your partner has closed the page."
	case p2p.ReasonUnread:
		return "The chat has ended: messages came faster than they were read."
	case p2p.ReasonOverrun:
		return "The chat has ended: your partner's program sent too much."
	default:
		return "Your partner is gone."
	}
}

// harmless replaces control characters, with which a stranger could control the
// terminal, and invisible format characters, which change the direction of
// writing.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return r
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return unicode.ReplacementChar
		default:
			return r
		}
	}, text)
}
