package signalingmem

import (
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// holdings count what is held, in all and for each owner. Engine.mu guards
// them.
type holdings struct {
	limits signaling.Limits
	all    room.Usage
	owners map[string]room.Usage
}

func newHoldings(limits signaling.Limits) holdings {
	return holdings{limits: limits, owners: make(map[string]room.Usage)}
}

// add counts a change. An owner who holds nothing is forgotten.
func (h *holdings) add(change map[string]room.Usage) {
	for owner, usage := range change {
		h.all = h.all.Plus(usage)
		if held := h.owners[owner].Plus(usage); held == (room.Usage{}) {
			delete(h.owners, owner)
		} else {
			h.owners[owner] = held
		}
	}
}

// allow is the room.Limit of this engine.
func (h *holdings) allow(owner string, own, all room.Usage) bool {
	own, all = own.Plus(h.owners[owner]), all.Plus(h.all)
	return within(all.Rooms, h.limits.MaxRooms) && within(all.Bytes, h.limits.MaxBytes) &&
		(owner == "" || within(own.Rooms, h.limits.MaxRoomsPerOwner) && within(own.Bytes, h.limits.MaxBytesPerOwner))
}

func within(n, most int) bool { return most == 0 || n <= most }
