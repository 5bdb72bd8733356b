//go:build !js

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"unicode"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const usage = `Usage: go run ./wasmclient URL

Finds a stranger at the server at URL, such as http://localhost:8080, and
chats in the terminal: each line you type is sent, each line they type is
printed. Ctrl-C or the end of the input says goodbye.
`

func main() {
	flag.Usage = func() { fmt.Fprint(flag.CommandLine.Output(), usage) }
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := chat(ctx, flag.Arg(0), os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "wasmclient:", err)
		os.Exit(1)
	}
}

// chat talks to one stranger until one of the two leaves.
func chat(ctx context.Context, url string, in io.Reader, out, status io.Writer) error {
	progress := p2p.WithProgress(func(news p2p.Progress) { fmt.Fprintln(status, describe(news)) })
	room, err := p2p.NewClient(url, progress).Find(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = room.Close() }()
	defer context.AfterFunc(ctx, func() { _ = room.Close() })()
	fmt.Fprintln(status, "Connected. Say hello; Ctrl-C leaves.")
	go sendLines(ctx, room, in, status)
	for message, err := range room.Messages() {
		var ended *p2p.EndedError
		switch {
		case errors.As(err, &ended):
			fmt.Fprintln(status, farewell(ended.Reason))
		case message.Envelope.GetText() != nil:
			fmt.Fprintln(out, harmless(message.Text()))
		}
	}
	return nil
}

// sendLines sends each line of in and closes the room after the last.
func sendLines(ctx context.Context, room *p2p.Room, in io.Reader, status io.Writer) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		if err := room.SendText(ctx, lines.Text()); err != nil {
			fmt.Fprintln(status, "Not sent:", err)
		}
	}
	_ = room.Close()
}

func describe(news p2p.Progress) string {
	switch news.Stage {
	case p2p.StageSearching:
		return "Asking the server…"
	case p2p.StageWaiting:
		return fmt.Sprintf("Waiting for a partner; %d here.", news.Waiting)
	case p2p.StageConnecting:
		return "Partner found, connecting…"
	case p2p.StageStillLooking:
		return "That one could not be reached; looking on…"
	case p2p.StageWidened:
		return "Nobody new so far; anybody will do now…"
	case p2p.StageRetrying:
		if connect.CodeOf(news.Err) == connect.CodeResourceExhausted {
			return "The server is busy, trying again…"
		}
		return fmt.Sprintf("The server cannot be reached, trying again: %v", news.Err)
	default:
		return "Looking on…"
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
	default:
		return "Your partner is gone."
	}
}

// harmless replaces control characters, by which a stranger could take over
// the terminal. Invisible format characters, which turn the direction of
// writing, go with them.
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
