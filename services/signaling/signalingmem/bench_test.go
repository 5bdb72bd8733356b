package signalingmem_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
)

// perRoom is how many signals a room carries at once without waiting.
const perRoom = signaling.MaxSignals

// BenchmarkAppend measures a signal from one member to another: append and
// deliver.
func BenchmarkAppend(b *testing.B) {
	engine := signalingmem.New(signalingmem.Config{})
	rooms := make([]roomOfTwo, (b.N+perRoom-1)/perRoom)
	for i := range rooms {
		rooms[i] = newRoom(b, engine, i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		room := &rooms[i/perRoom]
		room.append(b, engine, 0, uint64(i%perRoom)+1, candidates(1))
		room.receive(b, 1, 1)
	}
	b.StopTimer()
	for _, room := range rooms {
		room.close()
	}
}

// BenchmarkRoom measures the whole life of a room: both members join, send a
// description and four candidates in two batches each, report that they are
// connected, and leave.
func BenchmarkRoom(b *testing.B) {
	engine := signalingmem.New(signalingmem.Config{})
	description := []signaling.Signal{{ConnectionID: "c", Epoch: 1, Payload: signaling.Description{Type: signaling.Offer, SDP: strings.Repeat("a=x\r\n", 100)}}}
	b.ReportAllocs()
	for number := 0; b.Loop(); number++ {
		room := newRoom(b, engine, number)
		for slot := range room.passes {
			room.append(b, engine, slot, 1, description)
			room.append(b, engine, slot, 2, candidates(4))
			room.receive(b, 1-slot, 5)
		}
		for slot, pass := range room.passes {
			if _, err := engine.Report(b.Context(), pass, room.passes[0].Members[1-slot].PeerID, signaling.Outcome{Connected: true}); err != nil {
				b.Fatal(err)
			}
		}
		for slot := range room.watches {
			await[signaling.PairConfirmed](b, room.watches[slot])
		}
		room.close()
		for _, pass := range room.passes {
			if err := engine.Leave(b.Context(), pass); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// roomOfTwo is a room of two whose streams are open.
type roomOfTwo struct {
	passes  [2]signaling.Pass
	watches [2]signaling.Watch
}

func newRoom(b *testing.B, engine *signalingmem.Engine, number int) roomOfTwo {
	b.Helper()
	var room roomOfTwo
	pass := signaling.Pass{
		RoomID: fmt.Sprintf("%032d", number), MatchedAt: time.Now(),
		Members: []signaling.Member{{PeerID: fmt.Sprintf("%031d0", number)}, {PeerID: fmt.Sprintf("%031d1", number)}},
	}
	for slot := range room.passes {
		pass.Slot = slot
		room.passes[slot] = pass
		var err error
		if room.watches[slot], err = engine.Join(b.Context(), pass, signaling.Entry{}); err != nil {
			b.Fatal(err)
		}
	}
	return room
}

func (r *roomOfTwo) append(b *testing.B, engine *signalingmem.Engine, slot int, seq uint64, signals []signaling.Signal) {
	b.Helper()
	pass := r.passes[slot]
	if _, err := engine.Append(b.Context(), pass, pass.Members[1-slot].PeerID, seq, signals); err != nil {
		b.Fatal(err)
	}
}

// receive reads a member's stream until so many signals have come.
func (r *roomOfTwo) receive(b *testing.B, slot, count int) {
	b.Helper()
	for count > 0 {
		count -= len(await[signaling.SignalsReceived](b, r.watches[slot]).Signals)
	}
}

func (r *roomOfTwo) close() {
	for _, watch := range r.watches {
		watch.Close()
	}
}

// await reads a stream until an event of type E.
func await[E signaling.Event](b *testing.B, watch signaling.Watch) E {
	b.Helper()
	for {
		event, err := watch.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if wanted, is := event.(E); is {
			return wanted
		}
	}
}

func candidates(count int) []signaling.Signal {
	signals := make([]signaling.Signal, count)
	for i := range signals {
		signals[i] = signaling.Signal{ConnectionID: "c", Epoch: 1, Payload: signaling.Candidate{Candidate: "candidate:1 1 udp 2122260223 192.0.2.1 46243 typ host"}}
	}
	return signals
}
