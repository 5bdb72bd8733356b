package signalingredis_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/plantfault"
)

const (
	room   = "lua/room.lua"
	inbox  = "lua/inbox.lua"
	clocks = "lua/clocks.lua"
	use    = "lua/use.lua"
	joined = "lua/join.lua"
	poll   = "lua/poll.lua"
	part   = "lua/part.lua"
)

// TestFaults proves that scripts that break a promise are noticed. What an
// engine in memory can do wrong too is in signalingtest.
func TestFaults(t *testing.T) {
	t.Parallel()
	plantfault.Run(t, ".", "^(TestLostReply|TestLeases|TestStoreForgetsTheLatest|TestBell)$", []plantfault.Fault{
		{Name: "leaves a silent gap after a lost reply", File: poll, Old: "takes and m.cut > after", New: "false"},
		{Name: "joins again after each lost reply", File: joined, Old: "m.generation ~= generation then", New: "true then"},
		{Name: "counts on after a failover", File: poll, Old: "m.given < after", New: "false"},
		{Name: "hides resyncs after a failover", File: poll, Old: "m.resyncs < seen", New: "false"},
		{Name: "keeps an old view after a failover", File: poll, Old: "r.version < version", New: "false"},
		{Name: "takes a stream that was lost for fenced", File: poll, Old: "m.streams > stream and 'fenced' or 'gone'", New: "'fenced'"},
		{Name: "gives no stream back to its node", File: poll, Old: "if not m.open then", New: "if false then"},
		{Name: "lets streams without a node live", File: clocks, Old: "leases and m.open and m.lease", New: "false"},
		{Name: "closes when it notices", File: clocks, Old: "    at = due\n", New: ""},
		{Name: "lets an old stream end a newer one", File: part, Old: " and r.members[slot].generation == generation then", New: " then"},
		{Name: "rings no bell", File: room, Old: "if name ~= node then", New: "if false then"},
	})
	plantfault.Run(t, ".", "^TestContract$/^(Append|Bounds|Close)$", []plantfault.Fault{
		{Name: "renews no lease", File: poll, Old: "m.lease = now + leaseTime", New: "m.lease = m.lease or now"},
		{Name: "trims what was not given", File: inbox, Old: "offset <= m.delivered", New: "true"},
		{Name: "counts rooms that are forgotten", File: clocks, Old: "  count('rooms', r.owner, -1)\n", New: ""},
		{Name: "forgets when something is due", File: use, Old: "  redis.call('ZADD', dueKey, whole(earliest(r, true)), roomID)\n", New: ""},
	})
}
