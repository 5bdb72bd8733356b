package roundtrips

import (
	"sync/atomic"
	"time"
)

// A delay is half of a round trip's time, which can be changed while it is used.
type delay struct{ nanoseconds atomic.Int64 }

func (d *delay) setRoundTrip(t time.Duration) { d.nanoseconds.Store(int64(t / 2)) }

// A line passes data on, in order, each piece a delay after it came.
type line struct {
	delay *delay
	queue chan piece
}

type piece struct {
	due  time.Time
	data []byte
}

// longest is how many pieces may be on a line at once.
const longest = 4096

// newLine returns a line that calls pass with each piece, until close.
func newLine(delay *delay, pass func([]byte)) *line {
	l := &line{delay, make(chan piece, longest)}
	go func() {
		for next := range l.queue {
			time.Sleep(time.Until(next.due))
			pass(next.data)
		}
	}()
	return l
}

// send takes a piece. The line keeps the data.
func (l *line) send(data []byte) {
	l.queue <- piece{time.Now().Add(time.Duration(l.delay.nanoseconds.Load())), data}
}

// close lets the line end when all is passed on.
func (l *line) close() { close(l.queue) }
