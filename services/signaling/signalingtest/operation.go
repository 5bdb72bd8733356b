package signalingtest

import (
	"math/rand/v2"
	"time"
)

// A kind is what an operation does.
type kind int

const (
	opMatch kind = iota
	opGather
	opJoin
	opAppend
	opFill
	opRead
	opBreak
	opLeave
	opReport
	opRestart
	opAdvance
)

// An operation is one step of a random run, as data: it can be repeated and
// left out. What its numbers mean depends on its kind; any value means
// something.
type operation struct {
	kind kind
	// at is when it is done: in the millisecond at of the next second that has
	// not passed it. No two operations of a run share it and every time limit
	// is of whole seconds, so no two limits are ever reached at once.
	at               int
	room, slot, peer int
	a, b             int
}

const roomsAtOnce = 2

// weights are how often each kind comes.
var weights = [...]int{
	opMatch: 6, opGather: 12, opJoin: 24, opAppend: 42, opFill: 5, opRead: 42,
	opBreak: 16, opLeave: 3, opReport: 28, opRestart: 1, opAdvance: 21,
}

func generate(random *rand.Rand, count int) []operation {
	var total int
	for _, weight := range weights {
		total += weight
	}
	var operations []operation
	for i := range count {
		o := operation{
			at:   (i + 1) * 6,
			room: max(0, random.IntN(roomsAtOnce+2)-2), // mostly the first
			slot: random.IntN(12),
			peer: random.IntN(12),
			a:    random.IntN(1000),
			b:    random.IntN(1000),
		}
		if i >= roomsAtOnce {
			for n := random.IntN(total); n >= weights[o.kind]; o.kind++ {
				n -= weights[o.kind]
			}
		} else {
			o.room = i // each room is matched first
		}
		operations = append(operations, o)
	}
	return operations
}

// pause is how long an opAdvance waits, apart from the way to its millisecond.
func (o operation) pause() time.Duration {
	seconds := [...]int{
		1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 5, 5, 7, 7, 8, 11, 12, 19, 20, 39, 59, 60, 119, 120,
	}
	return time.Duration(seconds[o.a%len(seconds)]) * time.Second
}
