package signalingredis_test

import (
	"fmt"
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
			if _, err := engine.Join(b.Context(), pass, "", 0); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric((server.Memory()-before)/float64(n), "store-B/op")
}
