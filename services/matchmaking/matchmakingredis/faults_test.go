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
		ticket = "lua/ticket.lua"
		limits = "lua/limits.lua"
		walk   = "lua/walk.lua"
		attach = "lua/attach.lua"
		cancel = "lua/cancel.lua"
		tend   = "lua/tend.lua"
	)
	fault := func(name, file, old, replacement string) plantfault.Fault {
		return plantfault.Fault{Name: name, File: file, Old: old, New: replacement}
	}
	plantfault.Run(t, ".", "^TestContract$", []plantfault.Fault{
		fault("matches who is parked", ticket, "  change(t, 'parked', '')", "  t.state, t.node = 'parked', ''"),
		fault("matches whom the arrival avoids", walk, "not accepts(member, other) or not accepts(other, member)", "not accepts(member, other)"),
		fault("never pairs again after a failure", tend, "    t.former = ''\n", ""),
		fault("gives slots in order of discovery", walk, "      return a.place < b.place", "      return false"),
		fault("matches whoever was in the group once", walk, "if not other or other.state ~= 'waiting' then", "if not other then"),
		fault("looks at anybody only", ticket, "    list[i] = bucket\n", ""),
		fault("lets a stale attempt take over", attach, "elseif attempt < t.attempt then", "elseif false then"),
		fault("redeems twice", attach, "if by and by ~= request then", "if by == '' then"),
		fault("lets a network be met by everybody", walk, "networkOfA and crowds(networkOfA) or ", ""),
		fault("keeps a crowd away for ever", walk, "if a.widened and b.widened then", "if false then"),
		fault("never forgets the tickets of a network", ticket, "    add(networkField, n)\n", "    add(networkField, math.max(n, 0))\n"),
		fault("loses the introduction of who comes back", attach, "  t.attempt = attempt\n  introduce(t)\n", "  t.attempt = attempt\n"),
		fault("ends twice", cancel, "if t.state ~= 'final' then", "if t.state ~= 'matched' then"),
		fault("does not look again when widened", tend, "  beginWalk(t)\n  save(t)\n  notify(t, t.node)", "  save(t)\n  notify(t, t.node)"),
	})
	plantfault.Run(t, ".", "^TestKilledNode$|^TestStoppedNode$|^TestStoreRestartedEmpty$|^TestLostNotification$|^TestCancelledBefore", []plantfault.Fault{
		fault("never lets go of a dead node's tickets", tend, "      parkOrphan(t)\n", ""),
		fault("lists a ticket that ended as held", ticket, "    changedRows[heldRow(t)] = present", "    changedRows[heldRow(t)] = true"),
		fault("forgets the place of who is lost", attach, "t.place, t.since, t.arrived = tonumber(restoredPlace), tonumber", "t.since, t.arrived = tonumber"),
		fault("forgets what it has cancelled", "cancel.go", "	e.cancelled = append(e.cancelled, answer)\n", ""),
	})
	plantfault.Run(t, ".", "^TestLimits|^TestTicketsCount|^TestForgottenNamesake$|^TestKeysDoNot|^TestIntroductions", []plantfault.Fault{
		fault("keeps introductions for ever", ticket, "    put('i:' .. t.id, false)\n", ""),
		fault("has no limit of an owner", limits, "(get(field) or 0) + 0 >= maxTicketsPerOwner", "false"),
		fault("counts what is to be forgotten", limits, "local done = cleanUp(100)", "local done = 0"),
		fault("counts no tickets of other nodes", limits, "return maxTickets > 0 and (get('tickets') or 0) + 0 >= maxTickets or", "return"),
		fault("counts no tickets of other pools", attach, "admit(owner, nodeAdmits == '1',", "admit(owner, true,"),
		fault("counts a ticket for as long as it may live", "quotas.go", "known && !counted.until.Equal(at) {", "known && at.IsZero() {"),
		fault("keeps keys for ever", pool, "    redis.call('PEXPIRE', rows, ttl)\n", ""),
	})
}
