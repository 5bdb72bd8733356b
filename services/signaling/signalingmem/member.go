package signalingmem

import (
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

type member struct {
	slot      int
	life      string // starts this member's cursors
	state     signaling.State
	attempt   uint32
	watch     *watch    // nil: no stream
	away      *deadline // makes an away member lost
	connected []bool    // by slot: reported as connected
	innocent  bool      // the room is closed and gives the place back
	inbox     inbox

	// resynced holds, by slot, the number of that peer's last resync, out of
	// resyncs.
	resynced []uint64
	resyncs  uint64
}

func newMember(b *bounds, incarnation string, slot, members int) *member {
	return &member{
		slot:      slot,
		life:      fmt.Sprintf("%s.%d", incarnation, slot),
		state:     signaling.Expected,
		connected: make([]bool, members),
		resynced:  make([]uint64, members),
		inbox: inbox{
			bounds: b,
			stored: make([]uint64, members),
			held:   make([]usage, members),
		},
	}
}

// resume takes up a cursor and returns where the stream begins. resumed tells
// that the cursor was honoured, resync that signals may be lost to this
// member.
func (m *member) resume(cursor string) (from position, resumed, resync bool) {
	from, known := parseCursor(m.life, cursor)
	if !known || from.offset > m.inbox.given || from.offset < m.inbox.trimmed || from.resync > m.resyncs {
		return position{}, false, cursor != "" || m.inbox.trimmed > 0
	}
	m.inbox.remove(func(e entry) bool { return e.offset <= from.offset }) // the member says it has them
	return from, true, false
}
