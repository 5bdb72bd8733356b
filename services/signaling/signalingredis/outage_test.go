package signalingredis_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

// TestStoreStops lets the store say nothing for some seconds.
func TestStoreStops(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := start(t, server.URL()), start(t, server.URL())
	passes := passes(2)
	first := enter(t, one, passes[0])
	enter(t, other, passes[1])
	send(t, other, passes[1], 1, 3)
	next[signaling.PeerJoined](t, first)
	receive(t, first, 1, 3)

	server.Stop()
	began := time.Now()
	_, err := other.Append(t.Context(), passes[1], "0", 4, []signaling.Signal{{Epoch: 4, Payload: signaling.Renegotiate{}}})
	if !errors.Is(err, signaling.ErrUnavailable) || time.Since(began) > patience {
		t.Errorf("append: %v after %v, want ErrUnavailable soon", err, time.Since(began))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if event, err := first.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("next: %v, %v, want to wait", event, err)
	}
	if _, err := one.Join(t.Context(), passes[0], signaling.Entry{}); !errors.Is(err, signaling.ErrUnavailable) {
		t.Errorf("join: %v, want ErrUnavailable", err)
	}
	server.Continue()
	send(t, other, passes[1], 4, 3)
	receive(t, first, 4, 3)
}

// TestStoreLost lets the store lose everything while two members are in a room.
func TestStoreLost(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := start(t, server.URL()), start(t, server.URL())
	passes := passes(2)
	first, second := join(t, one, passes[0], ""), join(t, other, passes[1], "")
	cursors := []string{next[signaling.Welcome](t, first).Cursor, next[signaling.Welcome](t, second).Cursor}
	send(t, other, passes[1], 1, 3)
	server.Restart()
	for _, watch := range []signaling.Watch{first, second} {
		if err := fails(t, watch); !errors.Is(err, signaling.ErrUnavailable) {
			t.Errorf("next: %v, want ErrUnavailable", err)
		}
	}
	first = join(t, one, passes[0], cursors[0])
	if next[signaling.Welcome](t, first).Resumed {
		t.Error("resumed in another life of the room")
	}
	second = join(t, other, passes[1], cursors[1])
	next[signaling.Welcome](t, second)
	await[signaling.PeerResynced](t, first) // so that it sends again what the other lacks
	send(t, other, passes[1], 1, 2)
	receive(t, first, 1, 2)
}

// TestStoreForgetsTheLatest puts a room back to what it was, as by a failover to
// a server that lacks the latest changes.
func TestStoreForgetsTheLatest(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	engine := start(t, server.URL(), lasting(time.Hour)) // so that it looks only when asked
	for _, test := range []struct {
		name   string
		change func(in signaling.Watch, passes []signaling.Pass) signaling.Watch
		goesOn bool // before the stream looks
	}{
		{"a stream", func(_ signaling.Watch, passes []signaling.Pass) signaling.Watch {
			return enter(t, engine, passes[0])
		}, true},
		{"what a stream was given", func(in signaling.Watch, passes []signaling.Pass) signaling.Watch {
			send(t, engine, passes[1], 1, 3)
			receive(t, in, 1, 3)
			return in
		}, true},
		{"a resync that was told", func(in signaling.Watch, passes []signaling.Pass) signaling.Watch {
			join(t, engine, passes[1], "rubbish")
			await[signaling.PeerResynced](t, in)
			return in
		}, true},
		{"the state of a peer", func(in signaling.Watch, passes []signaling.Pass) signaling.Watch {
			enter(t, engine, passes[1])
			next[signaling.PeerJoined](t, in)
			return in
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			passes := passes(2)
			in := enter(t, engine, passes[0])
			if test.goesOn {
				enter(t, engine, passes[1])
				next[signaling.PeerJoined](t, in)
			}
			dump(t, server, passes[0])
			in = test.change(in, passes)
			restore(t, server, passes[0])
			if test.goesOn {
				for seq := range 20 {
					send(t, engine, passes[1], 1+seq, 1)
				}
			} else {
				signalingredis.Refresh(t.Context(), t, engine.Engine, in)
			}
			if err := fails(t, in); !errors.Is(err, signaling.ErrUnavailable) {
				t.Errorf("next: %v, want ErrUnavailable", err)
			}
		})
	}
}

// dump keeps a copy of a room, and restore brings it back.
func dump(t *testing.T, server *redistest.Server, pass signaling.Pass) {
	t.Helper()
	server.Must("COPY", roomKey(t, server, pass), "copy", "REPLACE")
}

func restore(t *testing.T, server *redistest.Server, pass signaling.Pass) {
	t.Helper()
	server.Must("COPY", "copy", roomKey(t, server, pass), "REPLACE")
}

func roomKey(t *testing.T, server *redistest.Server, pass signaling.Pass) string {
	t.Helper()
	reply := server.Must("KEYS", "*:state:"+pass.RoomID)
	keys, err := reply.AsStrSlice()
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %v, %v, want one", keys, err)
	}
	return keys[0]
}
