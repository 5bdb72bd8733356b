// Command echo-bot is a partner for people who are alone: it repeats what they write.
//
//	go run ./wasmclient/examples/echo-bot http://localhost:8080
//
// It looks for a partner only while somebody waits, and two bots that meet part at once.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const (
	// lookEvery is how often the bot asks whether somebody waits. Who still waits after two
	// of these looks found nobody else.
	lookEvery = 2 * time.Second
	// findWithin is how long the bot looks for a partner: somebody may have been faster. People
	// with other interests are matched after 5 seconds.
	findWithin = 8 * time.Second
	// idleFor is how long a partner may be silent, and sendWithin how long one may not read.
	idleFor, sendWithin = 10 * time.Minute, 10 * time.Second
	// mostChats is how many people one bot talks to at once, and mostAvoided how many other
	// bots it remembers.
	mostChats, mostAvoided = 16, 64
	// botType is the type of the Data by which bots know each other.
	botType = "wasmp2pchat.echo-bot"
)

func main() {
	if _, err := url.ParseRequestURI(strings.Join(os.Args[1:], " ")); err != nil {
		fmt.Fprintln(os.Stderr, "Usage: go run ./wasmclient/examples/echo-bot URL")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client := p2p.NewClient(os.Args[1], p2p.WithInterests("lang:en", "lang:ja")) // so that people in both languages meet it at once
	if err := run(ctx, client); err != nil {
		fmt.Fprintln(os.Stderr, "echo-bot:", err)
		os.Exit(1)
	}
}

// run talks to people until ctx ends, and then says goodbye to them.
func run(ctx context.Context, client *p2p.Client) error {
	bots := make(chan string, mostChats) // pseudonyms
	var avoided []string
	chats := make(chan struct{}, mostChats)
	defer func() {
		for range mostChats { // until all chats have ended
			chats <- struct{}{}
		}
	}()
	for waited := false; ; {
		select {
		case <-time.After(lookEvery):
		case bot := <-bots:
			avoided = append(avoided, bot)
			avoided = avoided[max(0, len(avoided)-mostAvoided):]
			continue
		case <-ctx.Done():
			return nil
		}
		waiting, err := client.Waiting(ctx) // after an error, the server may come back
		before := waited
		waited = err == nil && waiting > 0
		if !before || !waited || len(chats) == mostChats {
			continue
		}
		room, err := find(ctx, client, avoided)
		var ended *p2p.EndedError
		switch {
		case p2p.AvoidRefused(err): // the server has another key since
			avoided = nil
		case errors.As(err, &ended) && ended.Reason == p2p.ReasonRefused:
			return err
		case err == nil:
			chats <- struct{}{}
			go func() {
				defer func() { <-chats }()
				if bot := talk(ctx, room); bot != "" {
					bots <- bot
				}
			}()
		}
	}
}

func find(ctx context.Context, client *p2p.Client, avoided []string) (*p2p.Room, error) {
	ctx, cancel := context.WithTimeout(ctx, findWithin)
	defer cancel()
	return client.Find(ctx, p2p.WithAvoid(avoided...))
}

// talk repeats what the partner writes, until one of both leaves. If the partner is a bot,
// too, it returns the partner's pseudonym.
func talk(ctx context.Context, room *p2p.Room) (bot string) {
	defer room.Close()
	partners := room.Peers()
	say := func(content p2p.Content) bool {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
		defer cancel()
		_, err := room.Send(ctx, content)
		return err == nil
	}
	goodbye := func(text string) func() {
		return func() {
			say(p2p.Text{Text: text})
			_ = room.Close()
		}
	}
	defer context.AfterFunc(ctx, goodbye("I am switched off now. Goodbye!"))()
	idle := time.AfterFunc(idleFor, goodbye("You seem to be away, so I leave. Goodbye!"))
	defer idle.Stop()
	if !say(p2p.Data{Type: botType}) || !say(p2p.Text{Text: "Hello! I am a bot: I repeat what you write. Press NEXT to look for a person."}) {
		return ""
	}
	for message, err := range room.Messages() {
		if err != nil {
			break // the partner has left
		}
		idle.Reset(idleFor)
		switch content := message.Content.(type) {
		case p2p.Data:
			if content.Type == botType && len(partners) > 0 {
				_ = room.CloseWith(p2p.ByeNext)
				return partners[0].Pseudonym
			}
		case p2p.Text:
			if !say(p2p.Receipt{MessageIDs: []string{message.ID}}) || !say(content) {
				return ""
			}
		}
	}
	return ""
}
