package room

import (
	"fmt"
	"strconv"
	"strings"
)

// A Position is how much of its room a stream has told. Stamps grow with each
// event of a room and are taken from the clock, so an event that a store lost
// and another one that took its place have different stamps.
type Position struct {
	// Offset is that of the last signal told, and Stamp that signal's.
	Offset uint64  `cbor:"1,keyasint,omitzero"`
	Stamp  Instant `cbor:"2,keyasint,omitzero"`
	// Resync is the stamp of the last PeerResynced told.
	Resync Instant `cbor:"3,keyasint,omitzero"`
}

// cursor is what a client sees of a position. It begins with the life of the
// room and the member's slot.
func (p Position) cursor(life string, slot int) string {
	return fmt.Sprintf("%s.%d.%d.%d.%d", life, slot, p.Offset, p.Stamp, p.Resync)
}

// parseCursor reads a cursor of this member in this life of the room.
func parseCursor(life string, slot int, cursor string) (Position, bool) {
	numbers, _ := strings.CutPrefix(cursor, fmt.Sprintf("%s.%d.", life, slot))
	parts := strings.Split(numbers, ".")
	if len(parts) != 3 {
		return Position{}, false
	}
	var p Position
	p.Offset, _ = strconv.ParseUint(parts[0], 10, 64)
	stamp, _ := strconv.ParseInt(parts[1], 10, 64)
	resync, _ := strconv.ParseInt(parts[2], 10, 64)
	p.Stamp, p.Resync = Instant(stamp), Instant(resync)
	return p, p.cursor(life, slot) == cursor
}

// honours reports whether a stream can begin at a position: all signals after
// it are there, and nothing that was told before it was lost.
func (m *Member) honours(p Position) bool { return p.Offset >= m.Inbox.Trimmed && m.remembers(p) }

// remembers reports whether nothing that was told up to a position was lost, as
// far as what is still there shows.
func (m *Member) remembers(p Position) bool {
	latest := Instant(0)
	for _, stamp := range m.Resynced {
		latest = max(latest, stamp)
	}
	if p.Resync > latest || p.Offset > m.Inbox.Top {
		return false
	}
	if b, here := m.Inbox.at(p.Offset); here {
		return p.Stamp == b.Stamp
	}
	return p.Offset != m.Inbox.Trimmed || p.Stamp == m.Inbox.TrimmedStamp
}
