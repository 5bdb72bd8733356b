package lite

import (
	"math"
	"time"
)

// Duration is google.protobuf.Duration.
type Duration struct {
	unknown []byte
	Seconds int64
	Nanos   int32
}

// NewDuration returns the message of a duration.
func NewDuration(d time.Duration) *Duration {
	return &Duration{Seconds: int64(d / time.Second), Nanos: int32(d % time.Second)}
}

// AsDuration returns the duration, or the longest one with its sign if it is longer
// than that.
func (m *Duration) AsDuration() time.Duration {
	if m == nil {
		return 0
	}
	const most = math.MaxInt64 / int64(time.Second)
	switch {
	case m.Seconds >= most:
		return math.MaxInt64
	case m.Seconds <= -most:
		return math.MinInt64
	default:
		return time.Duration(m.Seconds)*time.Second + time.Duration(m.Nanos)
	}
}

// Fields implements [Message].
func (m *Duration) Fields(c *Codec) {
	if m == nil {
		return
	}
	Varint(c, 1, &m.Seconds)
	Varint(c, 2, &m.Nanos)
	c.Unknown(&m.unknown)
}
