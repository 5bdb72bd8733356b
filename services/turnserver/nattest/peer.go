//go:build linux

package nattest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Variable names the environment variable that makes a test program a peer.
const Variable = "WASMP2PCHAT_NAT_PEER"

// Met is what a peer says of the chat that it has had.
type Met struct {
	Took          time.Duration
	Local, Remote string
	Error         string
}

// Interrupted is the line of a peer whose connection is interrupted.
const Interrupted = "interrupted"

// Peer finds somebody at the server whose URL is in the variable, and exchanges a text
// with them. It prints "waiting" when it waits, and then a Met as JSON. After that it
// sends each line of its input, and prints each text that it hears after "heard ". For
// the line "bulk N" it sends N bytes, and whoever hears them prints "got N". When the
// connection is interrupted it prints Interrupted. It stays until the end of its input.
func Peer(url string) {
	options := []p2p.Option{p2p.WithInterests("lang:en")} // as the pages that it meets
	if os.Getenv(Variable+"_RELAY") != "" {
		options = append(options, p2p.WithRelayOnly())
	}
	met, room := meet(url, options)
	_ = json.NewEncoder(os.Stdout).Encode(met)
	if room == nil {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	go func() {
		got := 0
		for message, err := range room.Messages() {
			if err != nil {
				fmt.Println("ended", err) //nolint:forbidigo // to the test
				return
			}
			switch content := message.Content.(type) {
			case p2p.Text:
				fmt.Println("heard", content.Text) //nolint:forbidigo // to the test
			case p2p.Data:
				if got += len(content.Value); content.Type == lastPart {
					fmt.Println("got", got) //nolint:forbidigo // to the test
				}
			}
		}
	}()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := say(room, lines.Text()); err != nil {
			fmt.Println("failed", err) //nolint:forbidigo // to the test
		}
	}
	_ = room.Close()
}

// The parts in which bytes are sent.
const (
	part     = "part"
	lastPart = "last part"
	partSize = 32 << 10
)

func say(room *p2p.Room, line string) error {
	size, err := strconv.Atoi(strings.TrimPrefix(line, "bulk "))
	if err != nil || !strings.HasPrefix(line, "bulk ") {
		return room.SendText(context.Background(), line)
	}
	for ; size > partSize; size -= partSize {
		if _, err := room.Send(context.Background(), p2p.Data{Type: part, Value: make([]byte, partSize)}); err != nil {
			return err
		}
	}
	_, err = room.Send(context.Background(), p2p.Data{Type: lastPart, Value: make([]byte, size)})
	return err
}

func meet(url string, options []p2p.Option) (met Met, room *p2p.Room) {
	ctx, cancel := context.WithTimeout(context.Background(), 45*time.Second)
	defer cancel()
	waiting := false
	options = append(options, p2p.WithProgress(func(now p2p.Progress) {
		if now.Stage == p2p.StageWaiting && !waiting {
			waiting = true
			fmt.Println("waiting") //nolint:forbidigo // to the test
		}
	}))
	options = append(options, p2p.WithChanges(func(change p2p.Change) {
		if change.State == p2p.PeerInterrupted {
			fmt.Println(Interrupted) //nolint:forbidigo // to the test
		}
	}))
	client := p2p.NewClient(url, options...)
	client.Prepare(ctx)
	began := time.Now()
	room, err := client.Find(ctx)
	if err != nil {
		return Met{Error: err.Error()}, nil
	}
	met.Took = time.Since(began)
	if err := room.SendText(ctx, "hello"); err != nil {
		met.Error = err.Error()
	}
	for message, err := range room.Messages() {
		if err != nil || message.Text() != "hello" {
			met.Error = fmt.Sprintf("heard %q, %v", message.Text(), err)
		}
		break
	}
	if stats, err := room.Stats(room.Peers()[0].ID); err != nil {
		met.Error = err.Error()
	} else {
		met.Local, met.Remote = stats.LocalCandidate, stats.RemoteCandidate
	}
	return met, room
}
