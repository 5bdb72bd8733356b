package signalingmem

import (
	"fmt"
	"strconv"
	"strings"
)

// position is what a cursor says: how much of the inbox and of the resyncs a
// stream has told.
type position struct {
	offset, resync uint64
}

// cursor starts with a name of this member in this life of the room.
func (p position) cursor(life string) string {
	return fmt.Sprintf("%s.%d.%d", life, p.offset, p.resync)
}

func parseCursor(life, cursor string) (position, bool) {
	numbers, _ := strings.CutPrefix(cursor, life+".")
	offset, resync, _ := strings.Cut(numbers, ".")
	var p position
	p.offset, _ = strconv.ParseUint(offset, 10, 64)
	p.resync, _ = strconv.ParseUint(resync, 10, 64)
	return p, p.cursor(life) == cursor
}
