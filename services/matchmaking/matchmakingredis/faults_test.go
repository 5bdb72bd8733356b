package matchmakingredis_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/plantfault"
)

// TestFaults shows that the tests catch scripts that break the contract.
func TestFaults(t *testing.T) {
	t.Parallel()
	const (
		pool   = "lua/pool.lua"
		walk   = "lua/walk.lua"
		attach = "lua/attach.lua"
		finish = "lua/finish.lua"
		tend   = "lua/tend.lua"
	)
	fault := func(name, file, old, replacement string) plantfault.Fault {
		return plantfault.Fault{Name: name, File: file, Old: old, New: replacement}
	}
	plantfault.Run(t, ".", "^TestContract$", []plantfault.Fault{
		fault("matches who is parked", pool, "  unlist(t)\n  release(t)\n  t.state = 'parked'", "  release(t)\n  t.state = 'parked'"),
		fault("matches whom the arrival avoids", pool, "accepts(a, b) and accepts(b, a)", "accepts(a, b)"),
		fault("never drops recent", pool, "(a.widened or not a.recent[b.pseudonym])", "not a.recent[b.pseudonym]"),
		fault("gives slots in order of discovery", pool, "  table.sort(group, earlier)\n", ""),
		fault("matches whoever was in the group once", walk, "if not other or other.state ~= 'waiting' then", "if not other then"),
		fault("makes groups too small", walk, "if #group == t.size then", "if #group >= 2 then"),
		fault("looks at anybody only", pool, "for _, bucket in ipairs(t.interests) do", "for _, bucket in ipairs({}) do"),
		fault("lets a stale attempt take over", attach, "elseif attempt < t.attempt then", "elseif false then"),
		fault("redeems twice", attach, "if owner and owner ~= id then", "if owner and owner == '' then"),
		fault("ends twice", finish, "if not final(t) then", "if t.state ~= 'matched' then"),
		fault("does not look again when widened", tend, "    local walk = seek(t, newWalk())\n", "    save(t)\n    local walk = nil\n"),
	})
	plantfault.Run(t, ".", "^TestKilledNode$|^TestStoppedNode$|^TestStoreRestartedEmpty$|^TestABellThatIsLost$", []plantfault.Fault{
		fault("never lets go of a dead node's tickets", tend, "local orphans = parkOrphans()", "local orphans = false"),
		fault("rings, and leaves it at that", pool, "  redis.call('ZREM', held, heldRow(t))\n", ""),
		fault("forgets the place of who is lost", attach, "t.place, t.since, t.arrived = tonumber(a.restore.place), tonumber", "t.since, t.arrived = tonumber"),
	})
}
