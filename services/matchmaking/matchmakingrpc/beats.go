package matchmakingrpc

import (
	"context"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	// freshBeat is how long the heartbeat of a pool is sent again as it is.
	freshBeat = 250 * time.Millisecond
	// mostBeats is how many pools have one before all are dropped.
	mostBeats = 1024
)

// beats are the heartbeats of the pools: streams of one pool that are due at the
// same time send the same one. The zero value is ready to use.
type beats struct {
	mu    sync.Mutex // guards the following field
	pools map[string]beat
}

type beat struct {
	at      time.Time
	busy    matchmaking.Pool
	message *serverstream.Shared
}

// beat returns the heartbeat of a pool.
func (h *Handler) beat(ctx context.Context, pool string) (beat, error) {
	h.beats.mu.Lock()
	latest, known := h.beats.pools[pool]
	h.beats.mu.Unlock()
	now := time.Now()
	if known && now.Sub(latest.at) < freshBeat {
		return latest, nil
	}
	busy, err := h.Engine.Pool(ctx, pool) // may ask a store
	if err != nil {
		return beat{}, err
	}
	latest = beat{now, busy, serverstream.NewShared(heartbeat(busy))}
	h.beats.mu.Lock()
	defer h.beats.mu.Unlock()
	if h.beats.pools == nil || len(h.beats.pools) >= mostBeats {
		h.beats.pools = make(map[string]beat)
	}
	h.beats.pools[pool] = latest
	return latest, nil
}
