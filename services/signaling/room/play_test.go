package room

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/seeds"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// play makes random changes of a room and shows each: the room before, after
// and the change. The seed decides.
func play(t testing.TB, seed uint64, show func(before, after *Room, c *Change)) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	now := At(time.Unix(1_700_000_000, 0))
	pass := signaling.Pass{RoomID: "room", MatchedAt: now.Time(), Expires: now.Add(time.Hour).Time()}
	for slot := range 2 + random.IntN(3) {
		pass.Members = append(pass.Members, signaling.Member{PeerID: "peer " + strconv.Itoa(slot)})
	}
	var current *Room
	for n := range 300 {
		now = now.Add(time.Duration(random.IntN(100)) * time.Millisecond)
		if random.IntN(30) == 0 {
			now = now.Add(time.Duration(random.IntN(130)) * time.Second)
		}
		pass.Slot, pass.Owner = random.IntN(len(pass.Members)), []string{"", "one", "other"}[random.IntN(3)]
		c := Begin(current, now, nil)
		step(c, random, pass, n)
		show(current, c.Room, c)
		current = c.Room
	}
}

// step makes one random call.
func step(c *Change, random *rand.Rand, pass signaling.Pass, n int) {
	peer := (pass.Slot + 1 + random.IntN(len(pass.Members)-1)) % len(pass.Members)
	stream := fmt.Sprint("stream ", n)
	if c.Room != nil && random.IntN(2) == 0 {
		stream = c.Room.Members[pass.Slot].Stream
	}
	node := fmt.Sprint("node ", random.IntN(3))
	switch random.IntN(12) {
	case 0, 1:
		cursor := ""
		if c.Room != nil {
			m := &c.Room.Members[pass.Slot]
			offset := min(m.Inbox.Top, uint64(random.IntN(20)))
			cursor = Position{Offset: offset, Stamp: c.Room.StampOf(Key{pass.Slot, offset})}.cursor(c.Room.Life, pass.Slot)
		}
		_, _ = c.Join(pass, Opening{Stream: stream, Node: node, Entry: signaling.Entry{Cursor: cursor}, Timeout: 8 * time.Second})
	case 2, 3, 4, 5:
		first := uint64(1)
		if c.Room != nil {
			first = c.Room.Members[peer].Inbox.Stored[pass.Slot] + uint64(random.IntN(3))
		}
		signals := make([]signaling.Signal, 1+random.IntN(8))
		for i := range signals {
			signals[i].Payload = signaling.Description{SDP: strings.Repeat("x", random.IntN(2000))}
		}
		_, _ = c.Append(pass, peer, first, signals)
	case 6:
		_, _ = c.Report(pass, peer, signaling.Outcome{Connected: random.IntN(20) > 0})
	case 7:
		if random.IntN(10) == 0 {
			_ = c.Leave(pass)
		}
	case 8:
		c.Part(pass.Slot, stream)
	case 9:
		c.Lapse(node, c.Now().Add(-time.Second))
	case 10:
		c.TakeUp(pass.Slot, stream, node)
	case 11:
		if c.Room != nil {
			c.Deliver(pass.Slot, stream, uint64(random.IntN(int(c.Room.Members[pass.Slot].Inbox.Top)+1)))
		}
	}
}

// TestChangesAreSound proves what engines rely on: a room is never changed in
// place, what changes is said to change, what is held is counted, and each
// signal is kept or dropped.
func TestChangesAreSound(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds.For(t, 200) {
		held := map[string]Usage{}
		signals := map[Key]bool{}
		var before *Room // a copy
		play(t, seed, func(was, is *Room, c *Change) {
			if was != nil && !reflect.DeepEqual(was, before) {
				t.Fatalf("seed %d: a room was changed in place:\n%s", seed, cmp.Diff(was, before))
			}
			if !c.Dirty() && !reflect.DeepEqual(undelivered(is), undelivered(was)) {
				t.Fatalf("seed %d: a change does not say that it is one:\n%s", seed, cmp.Diff(was, is))
			}
			for _, key := range c.Dropped {
				delete(signals, key)
			}
			for _, stored := range c.Stored {
				signals[stored.Key] = true
			}
			for owner, usage := range c.Held {
				if held[owner] = held[owner].Plus(usage); held[owner] == (Usage{}) {
					delete(held, owner)
				}
			}
			check(t, seed, is, held, signals)
			if before = nil; is != nil {
				before = is.clone()
			}
		})
	}
}

// undelivered is a room without what Deliver records.
func undelivered(r *Room) *Room {
	if r == nil {
		return nil
	}
	copied := r.clone()
	for slot := range copied.Members {
		copied.Members[slot].Inbox.Delivered, copied.Members[slot].Inbox.Asked = 0, false
	}
	return copied
}

func check(t *testing.T, seed uint64, r *Room, held map[string]Usage, signals map[Key]bool) {
	t.Helper()
	if r == nil {
		if len(held) != 0 || len(signals) != 0 {
			t.Fatalf("seed %d: a forgotten room holds %v and %d signals", seed, held, len(signals))
		}
		return
	}
	want := r.Holds()
	for owner, usage := range want {
		if usage == (Usage{}) {
			delete(want, owner)
		}
	}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Fatalf("seed %d: counted wrong:\n%s", seed, diff)
	}
	there := 0
	for slot := range r.Members {
		for _, key := range r.Unread(slot, 0) {
			there++
			if !signals[key] {
				t.Fatalf("seed %d: %v is in an inbox, and was not stored", seed, key)
			}
		}
	}
	if there != len(signals) {
		t.Fatalf("seed %d: %d signals are in inboxes, %d are stored", seed, there, len(signals))
	}
}
