package signalingredis_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

// BenchmarkRoom measures a room that two members join, and the memory of the
// store that takes.
func BenchmarkRoom(b *testing.B) {
	server := redistest.Start(b)
	engine := signalingredis.New(signalingredis.Config{Store: open(b, server.URL())})
	before := server.Memory()
	n := 0
	for b.Loop() {
		n++
		pass := signaling.Pass{
			RoomID: fmt.Sprintf("%032d", n), MatchedAt: time.Now(),
			Members: []signaling.Member{{PeerID: fmt.Sprintf("%031d0", n)}, {PeerID: fmt.Sprintf("%031d1", n)}},
		}
		for pass.Slot = range pass.Members {
			if _, err := engine.Join(b.Context(), pass, signaling.Entry{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric((server.Memory()-before)/float64(n), "store-B/op")
}

// BenchmarkPairing measures what two members who negotiate through one node
// cost: both join, send a description and six candidates in two batches each,
// report that they are connected, and go.
func BenchmarkPairing(b *testing.B) {
	server := redistest.Start(b)
	engine := signalingredis.New(signalingredis.Config{Store: open(b, server.URL())})
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { engine.Run(ctx) })
	defer running.Wait()
	defer cancel()
	description := []signaling.Signal{{ConnectionID: "c", Epoch: 1, Payload: signaling.Description{Type: signaling.Offer, SDP: strings.Repeat("a=x\r\n", 300)}}}
	candidates := slices.Repeat([]signaling.Signal{{ConnectionID: "c", Epoch: 1, Payload: signaling.Candidate{Candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host"}}}, 6)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			passes := passes(2)
			var members sync.WaitGroup
			for slot, pass := range passes {
				members.Go(func() {
					watch, err := engine.Join(b.Context(), pass, signaling.Entry{})
					if err != nil {
						b.Error(err)
						return
					}
					defer watch.Close()
					peer := strconv.Itoa(1 - slot)
					_, err = engine.Append(b.Context(), pass, peer, 1, description)
					_, err2 := engine.Append(b.Context(), pass, peer, 2, candidates)
					received := 0
					for err == nil && err2 == nil {
						var event signaling.Event
						event, err = watch.Next(b.Context())
						switch event := event.(type) {
						case signaling.SignalsReceived:
							if received += len(event.Signals); received == 7 {
								_, err = engine.Report(b.Context(), pass, peer, signaling.Outcome{Connected: true})
							}
						case signaling.PairConfirmed:
							return
						}
					}
					b.Error(err, err2)
				})
			}
			members.Wait()
		}
	})
}
