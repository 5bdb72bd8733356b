package matchmakingtest_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/plantfault"
)

// TestFaults shows that the contract catches an engine that breaks it.
func TestFaults(t *testing.T) {
	t.Parallel()
	const (
		engine = "../matchmakingmem/engine.go"
		ticket = "../matchmakingmem/ticket.go"
		wait   = "../matchmakingmem/wait.go"
		walk   = "../matchmakingmem/walk.go"
		pool   = "../matchmakingmem/pool.go"
	)
	fault := func(name, file, old, replacement string) plantfault.Fault {
		return plantfault.Fault{Name: name, File: file, Old: old, New: replacement}
	}
	plantfault.Run(t, "../matchmakingmem", "TestContract", []plantfault.Fault{
		fault("matches who is parked", wait, "e.dequeueLocked(t)\n\tt.state, t.watch = parked, nil", "t.state, t.watch = parked, nil"),
		fault("matches whom the arrival avoids", ticket, "t.accepts(other) && other.accepts(t)", "t.accepts(other)"),
		fault("matches who avoids the arrival", ticket, "t.accepts(other) && other.accepts(t)", "other.accepts(t)"),
		fault("never drops recent", ticket, "(t.widened || !t.recent[pseudonym])", "!t.recent[pseudonym]"),
		fault("ignores recent", ticket, "(t.widened || !t.recent[pseudonym])", "pseudonym != \"\""),
		fault("forgets the place on the way back", wait, "t.arrival.Introduction = again.Attempt, again.Introduction\n",
			"t.arrival.Introduction = again.Attempt, again.Introduction\n\tif t.state != waiting {\n\t\te.place++\n\t\tt.place = e.place\n\t}\n"),
		fault("keeps the first introduction", wait, "again.Attempt, again.Introduction", "again.Attempt, t.arrival.Introduction"),
		fault("does not fence", wait, "t.watch.Tell(matchmaking.Detached{Reason: matchmaking.DetachedFenced})", "_ = t"),
		fault("lets a stale attempt take over", engine, "case arrival.Attempt < t.arrival.Attempt:", "case false:"),
		fault("takes other parameters", engine, "t.fingerprint != arrival.Fingerprint()", "false"),
		fault("matches twice, from a second bucket", pool, "for _, b := range t.buckets {\n\t\ttree := p.buckets[b]",
			"for _, b := range t.buckets[:1] {\n\t\ttree := p.buckets[b]"),
		fault("ends twice", engine, "if !t.state.final() {", "if t.state != matched {"),
		fault("cancels after the match", engine, "if !t.state.final() {", "if t.state != ended {"),
		fault("denies the match to who cancels", engine, "Outcome{Match: t.match, Reason: t.reason}", "Outcome{Reason: matchmaking.EndCancelled}"),
		fault("forgets what was cancelled in advance", engine, "case !known:", "case !known || t.fingerprint == \"\":"),
		fault("forgets ends early", wait, "t.end.After(&e.mu, matchmaking.Retention,", "t.end.After(&e.mu, matchmaking.ParkedGrace/3,"),
		fault("lets a client have two tickets", wait, "e.endLocked(older, matchmaking.EndSuperseded)", "_ = older"),
		fault("redeems twice", wait, "return owner == by.name", "return owner != \"\""),
		fault("redeems late", wait, "!now.Before(claim.Expires)", "false"),
		fault("forgets the place of a claim", wait, "t.place, t.placeKept, t.since, t.requeues = claim.Place,", "e.place++\n\t\tt.place, t.placeKept, t.since, t.requeues = e.place,"),
		fault("pairs again at once after a failure", wait, "t.former = set(claim.Avoid)", "_ = set"),
		fault("never pairs again after a failure", wait, "t.former = set(claim.Avoid)", "t.avoid = set(append(claim.Avoid, arrival.Avoid...))"),
		fault("does not look again for the former partner", wait, "t.former = nil\n\t\t\te.seekLocked(t)", "t.former = nil"),
		fault("has one ticket of a client in all pools", ticket, "return key{t.arrival.Pool, t.arrival.Pseudonym}", "return key{\"\", t.arrival.Pseudonym}"),
		fault("knows a request id in all pools", engine, "e.tickets[key{arrival.Pool, arrival.RequestID}]", "e.tickets[key{matchmaking.DefaultPool, arrival.RequestID}]"),
		fault("has no limit in all", engine, "len(e.tickets) >= limits.MaxTickets", "len(e.tickets) < 0"),
		fault("has no limit of an owner", engine, "e.owners[owner] >= limits.MaxTicketsPerOwner", "e.owners[owner] < 0"),
		fault("supersedes for nothing", wait, "if err := e.holdLocked(t); err != nil {\n\t\treturn nil, err\n\t}\n\tif older, active := e.byClient[t.clientKey()]; active {\n\t\te.endLocked(older, matchmaking.EndSuperseded)\n\t}",
			"if older, active := e.byClient[t.clientKey()]; active {\n\t\te.endLocked(older, matchmaking.EndSuperseded)\n\t}\n\tif err := e.holdLocked(t); err != nil {\n\t\treturn nil, err\n\t}"),
		fault("waits too short after a claim", ticket, "t.arrival.MaxWait - time.Since(t.arrived)", "t.arrival.MaxWait - time.Since(t.since)"),
		fault("groups incompatible people", walk, "ContainsFunc(w.group, func(member", "ContainsFunc(w.group[:1], func(member"),
		fault("makes groups too small", walk, "if len(w.group) == size {", "if len(w.group) >= 2 {"),
		fault("matches whoever was in the group once", walk, "return t.state != waiting", "return false"),
		fault("passes over who was incompatible with one who left", walk, "if w.broken() {\n\t\tw.begin()",
			"if w.broken() {\n\t\tw.group = w.group[:1]"),
		fault("gives slots in order of discovery", walk, "slices.SortFunc(group, byPlace)", "_ = byPlace"),
		fault("stops at the end of a turn", walk, "if len(w.buckets) > 0 {\n\t\tif", "if len(w.buckets) > 9 {\n\t\tif"),
		fault("lets a network meet everybody", walk, " && !e.crowdsLocked(b))", ")"),
		fault("lets a network be met by everybody", walk, "!e.crowdsLocked(a) && ", ""),
		fault("keeps a crowd away for ever", walk, "a.widened && b.widened || ", ""),
		fault("meets a crowd when one has waited", walk, "a.widened && b.widened || ", "a.widened || b.widened || "),
		fault("keeps the people of a crowd apart", walk, "a.arrival.Network == b.arrival.Network || ", ""),
		fault("counts the tickets of a network in all pools", ticket, "key{t.arrival.Pool, t.arrival.Network}", "key{\"all\", t.arrival.Network}"),
		fault("forgets that a network had tickets", engine, "e.countLocked(t, 1)", "e.countLocked(t, 0)"),
		fault("never forgets the tickets of a network", engine, "e.countLocked(t, -1)", "e.countLocked(t, 0)"),
		fault("widens in spite of interests only", wait, "t.widened && !t.arrival.InterestsOnly", "t.widened"),
		fault("stops the widening clock of the parked", wait, "t.widened = t.widensIn() <= 0", "_ = placeKept"),
		fault("does not look again on the way back", wait, "if e.seekLocked(t) {", "if !placeKept && e.seekLocked(t) {"),
		fault("does not look again when widened", wait, "e.enqueueLocked(t)\n\te.seekLocked(t)", "e.enqueueLocked(t)"),
		fault("looks at anybody first", wait, "t.buckets = append(t.buckets, bucket{t.arrival.GroupSize, anybody})",
			"t.buckets = append([]bucket{{t.arrival.GroupSize, anybody}}, t.buckets...)"),
		fault("remembers clients for ever", wait, "delete(e.byClient, t.clientKey())", "_ = t"),
	})
}
