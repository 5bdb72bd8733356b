package signalingredis_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// TestLostTail lets a replica take over that lacks what was sent and received
// last: there is no silent gap. The receiver's stream ends, it says that it
// lost its place, and the sender, told so, sends all again.
func TestLostTail(t *testing.T) {
	t.Parallel()
	group := redistest.StartSentinels(t)
	one, other := start(t, group.URL()), start(t, group.URL())
	passes := passes(2)
	first, second := enter(t, one, passes[0]), enter(t, other, passes[1])
	send(t, other, passes[1], 1, 3)
	receive(t, first, 1, 3)
	group.FailOver(func() {
		send(t, other, passes[1], 4, 3)
		receive(t, first, 4, 3)
	})
	if err := fails(t, first); !errors.Is(err, signaling.ErrUnavailable) {
		t.Fatalf("next: %v, want ErrUnavailable", err)
	}
	first = join(t, one, passes[0], "a cursor of what is lost")
	if welcome := next[signaling.Welcome](t, first); welcome.Resumed {
		t.Error("resumed though signals are lost")
	}
	await[signaling.PeerResynced](t, second)
	send(t, other, passes[1], 4, 3)
	receive(t, first, 1, 6)
}

// TestMovingSlot lets signals cross while the slot of their room is moved from
// one master of a Cluster to the next, and on.
func TestMovingSlot(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	one, other := start(t, cluster.URL()), start(t, cluster.URL())
	passes := passes(2)
	first := enter(t, one, passes[0])
	enter(t, other, passes[1])
	var moving sync.WaitGroup
	moving.Go(func() {
		for range 3 {
			cluster.MoveSlot(clusterKey(t, cluster, passes[0]))
		}
	})
	for seq := 1; seq <= 200; seq += 2 {
		send(t, other, passes[1], seq, 2)
		receive(t, first, seq, 2)
	}
	moving.Wait()
	send(t, other, passes[1], 201, 3)
	receive(t, first, 201, 3)
}

// clusterKey finds the key of a room.
func clusterKey(t *testing.T, cluster *redistest.Cluster, pass signaling.Pass) string {
	t.Helper()
	for _, server := range cluster.Servers {
		reply := server.Must("KEYS", "*:state:"+pass.RoomID)
		if keys, err := reply.AsStrSlice(); err == nil && len(keys) == 1 {
			return keys[0]
		}
	}
	t.Error("the room is nowhere")
	return ""
}
