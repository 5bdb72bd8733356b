package signalingmem

import (
	"fmt"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

type member struct {
	slot      int
	state     signaling.State
	attempt   uint32
	watch     *watch      // nil: no stream
	away      *time.Timer // makes an away member lost
	connected []bool      // by slot: reported as connected

	// The inbox. An offset counts every signal this member was ever sent.
	inbox     []entry
	top       uint64   // offset of the last signal
	trimmed   uint64   // highest offset that may be missing from inbox
	delivered uint64   // highest offset given to the current stream
	stored    []uint64 // by slot: seq of the last signal stored
	count     []int    // by slot: signals in inbox
	bytes     []int    // by slot: their size

	// resynced holds, by slot, the number of that peer's last resync, out of
	// resyncs.
	resynced []uint64
	resyncs  uint64
}

type entry struct {
	offset uint64
	from   int
	seq    uint64
	signal signaling.Signal
}

func newMember(slot, members int) *member {
	return &member{
		slot:      slot,
		state:     signaling.Expected,
		connected: make([]bool, members),
		stored:    make([]uint64, members),
		count:     make([]int, members),
		bytes:     make([]int, members),
		resynced:  make([]uint64, members),
	}
}

func (m *member) wake() {
	if m.watch != nil {
		m.watch.wake()
	}
}

// append stores signals of one sender, or nothing when they don't fit. What
// the member's stream was given makes room for what is new.
func (m *member) append(from int, signals []signaling.Signal) bool {
	size := 0
	for _, signal := range signals {
		size += signal.Size()
	}
	fits := func() bool {
		return m.count[from]+len(signals) <= signaling.MaxSignals && m.bytes[from]+size <= signaling.MaxBytes
	}
	if !fits() {
		m.remove(func(e entry) bool { return e.from == from && e.offset <= m.delivered })
	}
	if !fits() {
		return false
	}
	for _, signal := range signals {
		m.top++
		m.stored[from]++
		m.inbox = append(m.inbox, entry{offset: m.top, from: from, seq: m.stored[from], signal: signal})
	}
	m.count[from] += len(signals)
	m.bytes[from] += size
	return true
}

// remove drops signals from the inbox. A cursor before one of them cannot be
// honoured any more.
func (m *member) remove(which func(entry) bool) {
	kept := m.inbox[:0]
	for _, e := range m.inbox {
		if !which(e) {
			kept = append(kept, e)
			continue
		}
		m.count[e.from]--
		m.bytes[e.from] -= e.signal.Size()
		m.trimmed = max(m.trimmed, e.offset)
	}
	clear(m.inbox[len(kept):])
	m.inbox = kept
}

// resume takes up a cursor and returns where the stream begins. resumed tells
// that the cursor was honoured, resync that signals may be lost to this
// member.
func (m *member) resume(incarnation, cursor string) (from position, resumed, resync bool) {
	from, ok := parseCursor(incarnation, cursor)
	if !ok || from.offset > m.top || from.offset < m.trimmed {
		return position{}, false, cursor != "" || m.trimmed > 0
	}
	m.remove(func(e entry) bool { return e.offset <= from.offset }) // the member says it has them
	return from, true, false
}

// position is what a cursor says: how much of the inbox and of the resyncs a
// stream has told.
type position struct {
	offset, resync uint64
}

func (p position) cursor(incarnation string) string {
	return fmt.Sprintf("%s.%d.%d", incarnation, p.offset, p.resync)
}

func parseCursor(incarnation, cursor string) (position, bool) {
	var p position
	numbers, ok := strings.CutPrefix(cursor, incarnation+".")
	if !ok || len(numbers) > 41 { // two numbers of 20 digits and a point
		return p, false
	}
	_, err := fmt.Sscanf(numbers, "%d.%d", &p.offset, &p.resync)
	return p, err == nil && p.cursor(incarnation) == cursor
}
