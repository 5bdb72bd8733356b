package signalingredis

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

const (
	// clusterTags is how many parts the rooms are spread over in a Cluster: each
	// part lives on one server. All nodes must agree on it.
	clusterTags = 16
	// clusterSlots is how many slots a Cluster has.
	clusterSlots = 16384
)

// tags returns hash tags whose slots lie evenly over all of them: those of
// short numbers don't.
func tags(count int) []string {
	list := make([]string, 0, count)
	for i := range count {
		for n := 0; ; n++ {
			tag := fmt.Sprintf("s%d.%d", i, n)
			if slot := clusterSlot(tag); slot*count/clusterSlots == i {
				list = append(list, tag)
				break
			}
		}
	}
	return list
}

// clusterSlot is CRC16 (XMODEM) of the tag, as the specification of Redis
// Cluster says.
func clusterSlot(tag string) int {
	crc := uint16(0)
	for _, b := range []byte(tag) {
		crc ^= uint16(b) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= 0x1021
			}
		}
	}
	return int(crc) % clusterSlots
}

// tagOf returns the tag of a room.
func (e *Engine) tagOf(roomID string) string {
	hash := fnv.New32a()
	hash.Write([]byte(roomID))
	return e.tags[hash.Sum32()%uint32(len(e.tags))] //nolint:gosec // there are a few dozen
}

// shares returns the limits of one tag.
func shares(limits signaling.Limits, tags int) signaling.Limits {
	return signaling.Limits{
		MaxRooms: share(limits.MaxRooms, tags, 1), MaxRoomsPerOwner: share(limits.MaxRoomsPerOwner, tags, 1),
		MaxBytes: shareOfBytes(limits.MaxBytes, tags), MaxBytesPerOwner: shareOfBytes(limits.MaxBytesPerOwner, tags),
	}
}

// share returns the limit of one tag: the mean plus four standard deviations,
// because rooms are hashed to tags unevenly and whoever stays within the whole
// limit must not be refused. unit is the size of what comes at once.
func share(limit, tags, unit int) int {
	if tags == 1 {
		return limit
	}
	equal := float64(limit) / float64(tags)
	return int(math.Ceil(equal + 4*math.Sqrt(equal*float64(unit))))
}

// shareOfBytes leaves room for a whole inbox of one sender.
func shareOfBytes(limit, tags int) int {
	if limit == 0 || tags == 1 {
		return limit
	}
	return max(share(limit, tags, signaling.MaxSDP), signaling.MaxBytes)
}
