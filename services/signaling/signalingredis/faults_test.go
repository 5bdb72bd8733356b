package signalingredis_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/plantfault"
)

const (
	commit   = "lua/commit.lua"
	tend     = "lua/tend.lua"
	reader   = "../room/reader.go"
	position = "../room/position.go"
	stream   = "../room/stream.go"
	copied   = "copied.go"
)

// TestFaults proves that faults of what nodes share are noticed. Those of the
// rules are in signalingtest.
func TestFaults(t *testing.T) {
	t.Parallel()
	plantfault.Run(t, ".", "^(TestEightSendAtOnce|TestClocks|TestReadersMakeRoom)$", []plantfault.Fault{
		{Name: "overwrites what another node did", File: commit, Old: "if version ~= c.expected then", New: "if false then"},
		{Name: "believes the caller's clock", File: commit, Old: "math.abs(now - claimed) > bound", New: "false"},
		{Name: "tells no node", File: commit, Old: "  if #c.channels > 0 then\n    tell(c)", New: "  if false then\n    tell(c)"},
		{Name: "tells others nothing of what was delivered", File: copied, Old: "			c.Record()\n", New: ""},
	})
	plantfault.Run(t, ".", "^(TestLeases|TestStoreForgetsTheLatest|TestNotifications|TestCallsTwice|TestCloseWhileTheStoreRefuses|TestDroppedSignalsAreDeleted)$", []plantfault.Fault{
		{Name: "joins again after each lost reply", File: stream, Old: "	case m.Stream == o.Stream:\n		return nil, nil\n", New: ""},
		{Name: "hides resyncs after a failover", File: position, Old: "p.Resync > latest || ", New: ""},
		{Name: "keeps an old view after a failover", File: reader, Old: " || !w.agrees(r)", New: ""},
		{Name: "takes a stream that was lost for fenced", File: reader, Old: "	case m.Began.Stamp < w.began: // the stream itself is lost\n		return ErrLost\n", New: ""},
		{Name: "gives no stream back to its node", File: copied, Old: "m.Stream == w.stream && m.Node == \"\" &&", New: "false && m.Node == \"\" &&"},
		{Name: "closes when it notices", File: "../room/change.go", Old: "c.at, c.dirty = due, true", New: "c.dirty = true"},
		{Name: "lets an old stream end a newer one", File: stream, Old: "m.Stream == stream && open(m) {", New: "open(m) {"},
		{Name: "renews no lease", File: tend, Old: "if lease > 0 then", New: "if false then"},
		{Name: "keeps what was dropped", File: commit, Old: "redis.call('HDEL', room, unpack(c.dropped))", New: "local _ = 0"},
		{Name: "forgets a stream that it could not end", File: "watch.go", Old: "		w.engine.later(task{held.id, part})\n", New: ""},
	})
	plantfault.Run(t, ".", "^TestContract$/^(Append|Bounds|Close)$", []plantfault.Fault{
		{Name: "has no limits", File: commit, Old: "over = over or values[i] + counter.more > counter.most", New: ""},
		{Name: "counts rooms that are forgotten", File: commit, Old: "redis.call('HINCRBY', held, counter.field, counter.more)", New: "redis.call('HINCRBY', held, counter.field, math.max(counter.more, 0))"},
		{Name: "forgets when something is due", File: commit, Old: "redis.call('ZADD', due, c.due, c.id)", New: "local _ = 0"},
	})
	plantfault.Run(t, "../room", "^TestPositions$", []plantfault.Fault{
		{Name: "counts on after a failover", File: position, Old: " || p.Offset > m.Inbox.Top", New: ""},
		{Name: "takes another signal for the one that was lost", File: position, Old: "return p.Stamp == b.Stamp", New: "return b.Offset > 0"},
		{Name: "takes another signal for the one that was trimmed", File: position, Old: " || p.Stamp == m.Inbox.TrimmedStamp", New: " || true"},
	})
	plantfault.Run(t, ".", "^TestNodeDies$", []plantfault.Fault{
		{Name: "lets streams without a node live", File: tend, Old: "local gone = redis.call('ZRANGEBYSCORE', nodes, '-inf', now,", New: "local gone = redis.call('ZRANGEBYSCORE', nodes, '-inf', 0,"},
	})
}
