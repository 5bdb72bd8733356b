//go:build !js

package p2p

import (
	"errors"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

func TestStats(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	if err := a.SendData(t.Context(), "x", make([]byte, 50_000)); err != nil {
		t.Fatal(err)
	}
	for _, err := range b.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	for _, side := range []struct {
		room       *Room
		peer       string
		sent, came uint64
	}{{a, b.Self(), 50_000, 100}, {b, a.Self(), 100, 50_000}} {
		stats, err := side.room.Stats(side.peer)
		if err != nil || stats.Path != PathDirect || stats.LocalCandidate == "" || stats.RemoteCandidate == "" {
			t.Errorf("%+v, %v, want a direct path", stats, err)
		}
		if stats.BytesSent < side.sent || stats.BytesReceived < side.came || stats.BytesSent+stats.BytesReceived > 200_000 {
			t.Errorf("%d bytes sent, %d received, want about %d and %d", stats.BytesSent, stats.BytesReceived, side.sent, side.came)
		}
		if stats.RoundTrip <= 0 || stats.RoundTrip > time.Minute {
			t.Errorf("round trip %v", stats.RoundTrip)
		}
	}
	if _, err := a.Stats("nobody"); !errors.Is(err, ErrUnknownPeer) {
		t.Errorf("Stats of a stranger: %v, want ErrUnknownPeer", err)
	}
	_ = b.Close()
	ending(t, a)
	var ended *EndedError
	if _, err := a.Stats(b.Self()); !errors.As(err, &ended) || ended.Reason != ReasonPeerLeft {
		t.Errorf("Stats of who left: %v, want peer_left", err)
	}
}

// relayed is a connection whose path is what a test says.
type relayed struct {
	rtc.Connection
	stats rtc.Stats
}

func (r relayed) Stats() rtc.Stats { return r.stats }

func TestPaths(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		link := w.rooms[0].links[0]
		connection := link.current()
		original := connection.pc
		defer func() { connection.pc = original }()
		for want, stats := range map[Path][]rtc.Stats{
			PathRelay:   {{Local: "relay", Remote: "host"}, {Local: "srflx", Remote: "relay"}},
			PathDirect:  {{Local: "host", Remote: "prflx"}},
			PathUnknown: {{}, {Local: "host"}},
		} {
			for _, one := range stats {
				connection.pc = relayed{original, one}
				if got, err := w.rooms[0].Stats(link.peer.ID); err != nil || got.Path != want {
					t.Errorf("%+v: %q, %v, want %q", one, got.Path, err, want)
				}
			}
		}
	})
}
