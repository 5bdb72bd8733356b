//go:build !js

package p2p

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/hostile"
)

// These bound the cost of an attack to the victim.
const (
	mostPackets    = 25 * (64 + 3*4) // the checks of each candidate that is taken in three seconds
	mostGoroutines = 300
	mostHeap       = 64 << 20
	mostPongs      = 500
	endsWithin     = 3 * time.Second
	// closesWithin is what Close promises, and what a busy machine adds to it.
	closesWithin = 1500*time.Millisecond + time.Second
)

// attackFor returns how long an attack goes on.
func attackFor() time.Duration {
	if testing.Short() {
		return 700 * time.Millisecond
	}
	return 2 * time.Second
}

// strangers are addresses of a network for tests of devices (RFC 2544).
func strangers(number int) (address string, port int) {
	return fmt.Sprintf("198.18.%d.%d", number>>8&255, number&255), 50_000
}

// TestHostilePeers lets a hostile peer attack before there is a chat, and bounds
// what that costs: the packets to addresses it chose, goroutines, memory, and
// the time to get away.
func TestHostilePeers(t *testing.T) {
	for _, attack := range hostile.Signals() {
		t.Run(attack.Name, func(t *testing.T) {
			url := startServer(t)
			wire := count(t)
			load := newBurden(wire)
			match := hostile.Wait(t, url)
			ctx, cancel := context.WithCancel(testContext(t))
			defer cancel()
			searching := find(ctx, t, NewClient(url), wire.option(t))
			peer := match.Enter(strangers)
			stop := attack.Start(peer)
			time.Sleep(attackFor())
			load.check(t)
			began := time.Now()
			cancel()
			<-searching
			ended := time.Since(began)
			stop()
			t.Logf("%d signals; ended after %v", peer.Signals(), ended)
			if ended > endsWithin {
				t.Errorf("ended after %v, want %v at most", ended, endsWithin)
			}
		})
	}
}

// breaking are the attacks that may end the chat, because the attacker breaks
// their common path, or sends more than anybody reads.
var breaking = map[string]Reason{
	"restart storm": ReasonPeerGone, "huge description": ReasonPeerGone, "renegotiate storm": ReasonPeerGone,
	"garbage": ReasonOverrun, "oversized messages": ReasonOverrun, "unknown content": ReasonOverrun, "deep nesting": ReasonOverrun,
	"ping flood": ReasonOverrun, "presence flood": ReasonOverrun, "short texts": ReasonUnread, "short texts beyond credit": ReasonUnread, "credit flood": ReasonOverrun, "long texts": ReasonUnread,
}

// TestHostileChats lets a hostile peer attack in an open chat: it costs no more,
// the chat goes on or ends with the right reason, and Close takes no longer than it says during the attack.
func TestHostileChats(t *testing.T) {
	for _, attack := range slices.Concat(hostile.Signals(), hostile.Messages()) {
		t.Run(attack.Name, func(t *testing.T) {
			url := startServer(t)
			wire := count(t)
			load := newBurden(wire)
			match := hostile.Wait(t, url)
			searching := find(testContext(t), t, NewClient(url), wire.option(t))
			peer := match.Enter(strangers)
			peer.Connect()
			got := <-searching
			if got.err != nil {
				t.Fatalf("Find: %v", got.err)
			}
			reading := read(got.room, "still here")
			stop := attack.Start(peer)
			time.Sleep(attackFor())
			load.check(t)
			reason, breaks := breaking[attack.Name]
			var read delivered
			if !breaks {
				peer.Say("still here")
				if read = <-reading; read.end != nil {
					t.Errorf("the chat ended: %v", read.end)
				}
			}
			began := time.Now()
			_ = got.room.Close()
			closed := time.Since(began)
			stop()
			if breaks {
				read = <-reading
				var ended *EndedError
				if !errors.As(read.end, &ended) || ended.Reason != reason && ended.Reason != ReasonClosed {
					t.Errorf("the chat ended: %v, want %s or %s", read.end, reason, ReasonClosed)
				}
			}
			t.Logf("%d signals, %d messages of %d KB delivered (%v), %d pongs; closed after %v",
				peer.Signals(), read.messages, read.bytes>>10, read.end, peer.Pongs(), closed)
			if got := peer.Pongs(); got > mostPongs {
				t.Errorf("%d pongs, want %d at most", got, mostPongs)
			}
			if closed > closesWithin {
				t.Errorf("closed after %v, want %v at most", closed, closesWithin)
			}
		})
	}
}

// delivered is what a room has delivered.
type delivered struct {
	messages, bytes int
	end             error // nil: it goes on
}

// read reads messages in the background until one has the text, or the room
// ends.
func read(room *Room, last string) <-chan delivered {
	result := make(chan delivered, 1)
	go func() {
		var got delivered
		for message, err := range room.Messages() {
			if got.end = err; err != nil || message.Text() == last {
				break
			}
			got.messages++
			got.bytes += len(message.Text())
		}
		result <- got
	}()
	return result
}

// burden is what the process spends, from newBurden on.
type burden struct {
	wire       *counted
	goroutines int
	heap       int64
	cpu        time.Duration
}

func newBurden(wire *counted) burden {
	return burden{wire, runtime.NumGoroutine(), heapInUse(), cpuTime()}
}

// check logs what an attack has cost, and fails if that is too much.
func (b burden) check(t *testing.T) {
	t.Helper()
	goroutines, grown, spent := runtime.NumGoroutine()-b.goroutines, heapInUse()-b.heap, cpuTime()-b.cpu
	t.Logf("%d packets (%d KB) to strangers, %d goroutines, %d KB, %v of CPU (attacker and server included)",
		b.wire.packets.Load(), b.wire.bytes.Load()>>10, goroutines, grown>>10, spent)
	if got := b.wire.packets.Load(); got > mostPackets {
		t.Errorf("%d packets, want %d at most", got, mostPackets)
	}
	if goroutines > mostGoroutines {
		t.Errorf("%d goroutines, want %d at most", goroutines, mostGoroutines)
	}
	if grown > mostHeap {
		t.Errorf("the heap grew by %d MB, want %d at most", grown>>20, mostHeap>>20)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
