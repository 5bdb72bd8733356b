package signalingredis

import (
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// nodeTime is the store's time as this node knows it from replies. The clocks
// of nodes do not matter. Safe for concurrent use.
type nodeTime struct {
	clock  *redisstore.Clock // tests'
	began  time.Time
	offset atomic.Int64 // microseconds from began to the store's time
}

func newNodeTime(config Config) *nodeTime {
	began := time.Now()
	t := &nodeTime{clock: config.clock, began: began}
	t.offset.Store(began.Add(config.skew).UnixMicro())
	return t
}

func (t *nodeTime) now() room.Instant {
	if t.clock != nil {
		return room.At(t.clock.Now())
	}
	return room.Instant(t.offset.Load() + time.Since(t.began).Microseconds())
}

// learn takes up what the store's time was while a script ran. What is known is
// late by the way of the reply.
func (t *nodeTime) learn(now int64) {
	if now > 0 {
		t.offset.Store(now - time.Since(t.began).Microseconds())
	}
}
