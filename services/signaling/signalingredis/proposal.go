package signalingredis

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

const (
	// clockBound is how far this node's idea of the store's time may be off.
	clockBound = time.Second
	// keptFor is how long a key outlives its last use. A room that is not
	// used for this long is forgotten long before.
	keptFor = time.Hour
	// smallSignals is how many bytes of signals are published with a change.
	// Nodes read larger ones.
	smallSignals = 16 << 10
)

// A proposal is what calls make of a room, for lua/commit.lua.
type proposal struct {
	held      *copied
	calls     []*call
	change    *room.Change
	errs      []error // of each call
	listed    bool
	rows      []string // that may be wrong
	expected  version  // of the room it was made from
	version   version  // of the room it makes
	counters  []string
	arguments []string
}

// prepare makes calls on their rooms and says what the store must do.
func (e *Engine) prepare(calls []*call) []*proposal {
	var proposals []*proposal
	for _, c := range calls {
		n := slices.IndexFunc(proposals, func(p *proposal) bool { return p.held == c.held })
		if n < 0 {
			n = len(proposals)
			proposals = append(proposals, &proposal{held: c.held})
		}
		proposals[n].calls = append(proposals[n].calls, c)
	}
	now := room.Instant(e.time.Now())
	for _, p := range proposals {
		p.held.mu.Lock()
		e.makeLocked(p, now)
		p.held.mu.Unlock()
	}
	return proposals
}

// preamble is what all rooms of a script share.
func (e *Engine) preamble(proposals []*proposal) []string {
	a := &arguments{list: make([]string, 0, 32*len(proposals))}
	a.text(e.node)
	a.number(int64(proposals[0].change.Now()))
	a.number(clockBound.Microseconds())
	a.number(keptFor.Milliseconds())
	a.number(e.config.lease.Microseconds())
	return a.list
}

// makeLocked makes the calls of a proposal.
func (e *Engine) makeLocked(p *proposal, now room.Instant) {
	held := p.held
	before := held.room
	p.expected = held.version
	p.change = room.Begin(before, now, e.limitOf(held.counted))
	for _, w := range held.watches {
		p.change.Deliver(w.slot, w.stream, w.reader.Offset())
	}
	for _, c := range p.calls {
		if c.listed {
			p.listed, p.rows = true, append(p.rows, c.row)
			p.change.Record()
		}
	}
	for _, c := range p.calls {
		p.errs = append(p.errs, c.do(p.change))
	}
	a := &arguments{list: make([]string, 0, 32+2*len(p.change.Stored))}
	a.text(held.id, string(p.expected))
	switch {
	case before != nil && p.change.Room == nil, before == nil && p.change.Room == nil && p.listed && held.version == "":
		a.text("gone")
	case p.change.Room == nil || !p.change.Dirty():
		p.version = p.expected
		a.text("")
		p.arguments = a.list
		return
	default:
		p.version = p.expected.next()
		a.text(string(p.version))
	}
	e.describe(p, a, before)
	p.arguments = a.list
}

// describe adds what commit.lua writes.
func (e *Engine) describe(p *proposal, a *arguments, before *room.Room) {
	after := p.change.Room
	e.counters(p, a)
	state, due := "", ""
	if after != nil {
		state = room.Encode(after)
		if before == nil || before.Due() != after.Due() || p.listed {
			due = strconv.FormatInt(int64(after.Due()), 10)
		}
	}
	a.text(state, due)
	a.rows(p.held.id, e.node, before, after, p.rows)
	a.signals(p.change)
	a.items(e.channels(before, after))
	bytes, carries := 0, "1"
	for _, stored := range p.change.Stored {
		if bytes += stored.Signal.Size(); bytes > smallSignals {
			carries = "0"
		}
	}
	a.text(carries)
}

// counters adds how much is held more.
func (e *Engine) counters(p *proposal, a *arguments) {
	more := fieldsOf(p.change.Held)
	p.counters = slices.Sorted(maps.Keys(more))
	a.number(int64(len(p.counters)))
	for _, field := range p.counters {
		a.text(field)
		a.number(int64(more[field]))
		a.number(int64(e.most(field)))
	}
}

// fieldsOf returns what changes in the hash of what is held.
func fieldsOf(usage map[string]room.Usage) map[string]int {
	fields := make(map[string]int)
	add := func(field string, more int) {
		if more != 0 {
			fields[field] += more
		}
	}
	for owner, u := range usage {
		add("rooms", u.Rooms)
		add("bytes", u.Bytes)
		if owner != "" {
			add("rooms "+owner, u.Rooms)
			add("bytes "+owner, u.Bytes)
		}
	}
	for field, more := range fields {
		if more == 0 {
			delete(fields, field)
		}
	}
	return fields
}

// most returns the limit of a field.
func (e *Engine) most(field string) int {
	switch kind, _, owned := strings.Cut(field, " "); {
	case kind == "rooms" && owned:
		return e.limits.MaxRoomsPerOwner
	case kind == "rooms":
		return e.limits.MaxRooms
	case owned:
		return e.limits.MaxBytesPerOwner
	}
	return e.limits.MaxBytes
}

// limitOf returns the limit of changes when so much is held. What is not known
// is no limit: the store refuses what is too much, and says how much is held.
func (e *Engine) limitOf(counted map[string]int64) room.Limit {
	if counted == nil {
		return nil
	}
	return func(owner string, own, all room.Usage) bool {
		fits := func(field string, more int) bool {
			held, known := counted[field]
			most := e.most(field)
			return most == 0 || more <= 0 || !known || int(held)+more <= most
		}
		return fits("rooms", all.Rooms) && fits("bytes", all.Bytes) &&
			(owner == "" || fits("rooms "+owner, own.Rooms) && fits("bytes "+owner, own.Bytes))
	}
}

// rows adds the rows of streams that come and go: node and room. Listed
// rows go if the room does not explain them.
func (a *arguments) rows(id, self string, before, after *room.Room, listed []string) {
	had, has := before.Nodes(), after.Nodes()
	var opened, closed []string
	if slices.Contains(has, self) && !slices.Contains(had, self) { // other nodes renew their own leases
		opened = append(opened, self+"|"+id)
	}
	for _, node := range had {
		if !slices.Contains(has, node) {
			closed = append(closed, node+"|"+id)
		}
	}
	for _, row := range listed {
		if node, _, _ := strings.Cut(row, "|"); node != "" && !slices.Contains(has, node) {
			closed = append(closed, row)
		}
	}
	a.items(opened)
	a.items(closed)
}

// channels returns those of the other nodes that have, or had, streams in the
// room.
func (e *Engine) channels(before, after *room.Room) []string {
	if after == nil {
		return nil
	}
	nodes := after.Nodes()
	for _, node := range before.Nodes() {
		if !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	var channels []string
	for _, node := range nodes {
		if node != e.node {
			channels = append(channels, e.channel(node))
		}
	}
	return channels
}

// arguments are those of a script.
type arguments struct{ list []string }

func (a *arguments) text(texts ...string) { a.list = append(a.list, texts...) }

func (a *arguments) number(n int64) { a.text(strconv.FormatInt(n, 10)) }

func (a *arguments) items(items []string) {
	a.number(int64(len(items)))
	a.text(items...)
}

// signals adds the fields of signals that go, and those that come.
func (a *arguments) signals(c *room.Change) {
	var dropped, stored []string
	for _, key := range c.Dropped {
		dropped = append(dropped, field(key))
	}
	for _, s := range c.Stored {
		stored = append(stored, field(s.Key), room.EncodeSignal(s.Signal))
	}
	a.items(dropped)
	a.items(stored)
}

// field names a signal in the hash of its room.
func field(key room.Key) string { return fmt.Sprintf("%d.%d", key.Slot, key.Offset) }

func parseField(text string) (key room.Key, ok bool) {
	slot, offset, ok := strings.Cut(text, ".")
	if !ok {
		return key, false
	}
	var err, err2 error
	key.Slot, err = strconv.Atoi(slot)
	key.Offset, err2 = strconv.ParseUint(offset, 10, 64)
	return key, err == nil && err2 == nil
}

// tagKeys are what the rooms of a tag share, as lua/commit.lua names it.
func (e *Engine) tagKeys(tag string) []string {
	var keys []string
	for _, name := range []string{"due2", "held2", "nodes", "streams"} {
		keys = append(keys, e.key(tag, name))
	}
	return keys
}

func (e *Engine) roomKey(tag, id string) string { return e.key(tag, "state:"+id) }

func (e *Engine) key(tag, name string) string {
	return e.config.Store.Prefix() + ":{" + tag + "}:" + name
}

// channel is where a node hears of rooms that others changed.
func (e *Engine) channel(node string) string { return e.config.Store.Prefix() + ":rooms:" + node }
