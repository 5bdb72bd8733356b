//go:build !js

package inside_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestALife records a real chat from the search to its end. Each of its rows has words in
// both languages, and the steps are there that the panel exists for.
func TestALife(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	log := inside.NewLog()
	log.Begin()
	found := make(chan *p2p.Room, 1)
	go func() {
		room, err := p2p.NewClient(url).Find(t.Context())
		if err != nil {
			t.Errorf("Find: %v", err)
		}
		found <- room
	}()
	room, err := p2p.NewClient(url).Find(t.Context(), p2p.WithTrace(log.Add))
	if err != nil {
		t.Fatal(err)
	}
	other := <-found
	if other == nil {
		t.FailNow()
	}
	for deadline := time.Now().Add(30 * time.Second); !log.Snapshot().Released; {
		select {
		case <-log.Changed():
		case <-time.After(time.Until(deadline)):
			t.Fatal("the stream is never released")
		}
	}
	log.Update(room.Peers()[0], room.Pairs(room.Peers()[0].ID))
	now := log.Snapshot()
	if bytes, relayed := now.Direct(); bytes == 0 || relayed || now.Links[0].Way() != "direct" || now.Since != 0 || now.ThroughServers == 0 {
		t.Errorf("%d bytes directly (relayed %v), %s, %d through servers, %d since", bytes, relayed, now.Links[0].Way(), now.ThroughServers, now.Since)
	}
	_ = room.Close()
	_ = other.Close()
	rows := log.Snapshot().Rows
	for _, want := range []string{
		"call_sent.FindMatch", "event.matchmaking.matched", "token", "connection_created", "call_sent.JoinRoom",
		"event.signaling.welcome", "channel_open.chat", "event.signaling.pairConfirmed", "released", "connection_closed",
	} {
		if !has(rows, want) {
			t.Errorf("no row %q", want)
		}
	}
	for _, language := range []string{"en", "ja"} {
		words, err := os.ReadFile("../web/inside." + language + ".html")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if !worded(string(words), row.Key) {
				t.Errorf("%s: no words for %q", language, row.Key)
			}
		}
	}
}

func has(rows []inside.Row, key string) bool {
	for _, row := range rows {
		if row.Key == key {
			return true
		}
	}
	return false
}

// worded reports whether there are words for a key, or for a more general one.
func worded(words, key string) bool {
	for {
		if strings.Contains(words, `data-key="`+key+`"`) {
			return true
		}
		cut := strings.LastIndexByte(key, '.')
		if cut < 0 {
			return false
		}
		key = key[:cut]
	}
}
