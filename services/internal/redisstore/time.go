package redisstore

import (
	"sync/atomic"
	"time"
)

// A NodeTime is the store's time as a node knows it from replies: the clocks of
// nodes do not matter. It is late by the way of a reply. Safe for concurrent
// use.
type NodeTime struct {
	clock  *Clock
	began  time.Time
	offset atomic.Int64 // microseconds from began to the store's time
}

// NewNodeTime returns a time that is the node's own, wrong by so much, until it
// learns better. A clock that a test moves counts instead, if there is one.
func NewNodeTime(clock *Clock, wrong time.Duration) *NodeTime {
	t := &NodeTime{clock: clock, began: time.Now()}
	t.offset.Store(t.began.Add(wrong).UnixMicro())
	return t
}

// Now returns the time in microseconds since 1970.
func (t *NodeTime) Now() int64 {
	if t.clock != nil {
		return t.clock.Now().UnixMicro()
	}
	return t.offset.Load() + time.Since(t.began).Microseconds()
}

// Learn takes up what the store's time was while a script ran.
func (t *NodeTime) Learn(now int64) {
	if now > 0 {
		t.offset.Store(now - time.Since(t.began).Microseconds())
	}
}
