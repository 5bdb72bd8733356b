//go:build !js

package p2p

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/hostile"
)

// hasty shortens the waiting times of a chat whose peer says nothing.
var hasty = withClock(func(c *timeouts) {
	c.ping, c.unheard, c.giveUpUnseen, c.rejoin = 100*time.Millisecond, 300*time.Millisecond, 450*time.Millisecond, 200*time.Millisecond
	c.restart, c.repair, c.interrupted = 250*time.Millisecond, 750*time.Millisecond, 2*time.Second
})

// hastyEnd is the longest that any of this may last: until a link is
// interrupted, and from then on until it is given up in any case. A busy machine
// adds to it.
const hastyEnd = 300*time.Millisecond + 2*time.Second + 5*time.Second

// silences are how a peer of an open chat says nothing any more.
var silences = map[string]struct {
	hidden bool
	fall   func(*hostile.Peer)
}{
	"says nothing":              {false, func(*hostile.Peer) {}},
	"vanishes":                  {false, (*hostile.Peer).Vanish},
	"vanishes, server included": {false, func(p *hostile.Peer) { p.Vanish(); p.Unlisten() }},
	"leaves the server only":    {false, (*hostile.Peer).Unlisten},
	"vanishes while hidden":     {true, (*hostile.Peer).Vanish},
}

// TestSilentPeers lets a peer say nothing any more, without a goodbye: the chat
// ends in the documented time.
func TestSilentPeers(t *testing.T) {
	t.Parallel()
	for name, silence := range silences {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer, room := openChat(t, hasty)
			peer.Ping()
			if silence.hidden {
				peer.Hide()
			}
			peer.Say("hello")
			if got := <-read(room, "hello"); got.end != nil {
				t.Fatalf("the chat ended: %v", got.end)
			}
			began := time.Now()
			silence.fall(peer)
			if got := ending(t, room); got != ReasonPeerGone {
				t.Errorf("ended with %s, want %s", got, ReasonPeerGone)
			}
			if ended := time.Since(began); ended > hastyEnd {
				t.Errorf("ended after %v, want %v at most", ended, hastyEnd)
			}
		})
	}
}

// TestPeersThatNeverAnswer lets a peer join the room and say nothing: the search
// goes on.
func TestPeersThatNeverAnswer(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	match, progress := hostile.Wait(t, url), newStages()
	impatient := withClock(func(c *timeouts) { c.connect = time.Second })
	searching := find(testContext(t), t, NewClient(url), impatient, progress.option())
	match.Enter(strangers)
	progress.wait(t, StageStillLooking)
	other := find(testContext(t), t, NewClient(url))
	together(t, searching, other)
}

// TestFalseByes lets a peer say goodbye and stay: the chat has ended, nothing
// is delivered any more, and the next search is as any other.
func TestFalseByes(t *testing.T) {
	t.Parallel()
	for name, byes := range map[string]struct {
		before, after func(*hostile.Peer)
		want          []string // texts
	}{
		"before anything else": {func(*hostile.Peer) {}, func(*hostile.Peer) {}, nil},
		"and goes on sending": {
			func(p *hostile.Peer) { p.Say("one"); p.Say("two") },
			func(p *hostile.Peer) {
				for range 200 {
					p.Say(strings.Repeat("more", 1000))
					p.Bye()
				}
			},
			[]string{"one", "two"},
		},
		"and comes back": {
			func(p *hostile.Peer) { p.Say("one") },
			func(p *hostile.Peer) {
				for attempt := range uint32(5) {
					p.Rejoin(attempt + 1)
				}
			},
			[]string{"one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := startServer(t)
			client := NewClient(url)
			peer, room := openChatOf(t, url, client)
			byes.before(peer)
			peer.Bye()
			byes.after(peer)
			var got []string
			var ended *EndedError
			for message, err := range room.Messages() {
				if err != nil && !errors.As(err, &ended) {
					t.Errorf("ended with %v", err)
				}
				if err == nil {
					got = append(got, message.Text())
				}
			}
			if ended == nil || ended.Reason != ReasonPeerLeft {
				t.Errorf("ended with %v, want %s", ended, ReasonPeerLeft)
			}
			if strings.Join(got, " ") != strings.Join(byes.want, " ") {
				t.Errorf("got %q, want %q", got, byes.want)
			}
			began := time.Now()
			_ = room.Close()
			if closed := time.Since(began); closed > closesWithin {
				t.Errorf("closed after %v, want %v at most", closed, closesWithin)
			}
			together(t, find(testContext(t), t, client), find(testContext(t), t, NewClient(url)))
		})
	}
}

// openChat returns both sides of an open chat.
func openChat(t *testing.T, options ...Option) (*hostile.Peer, *Room) {
	t.Helper()
	url := startServer(t)
	return openChatOf(t, url, NewClient(url, options...))
}

func openChatOf(t *testing.T, url string, client *Client) (*hostile.Peer, *Room) {
	t.Helper()
	match := hostile.Wait(t, url)
	searching := find(testContext(t), t, client, count(t).option(t))
	peer := match.Enter(strangers)
	peer.Connect()
	got := <-searching
	if got.err != nil {
		t.Fatalf("Find: %v", got.err)
	}
	return peer, got.room
}
