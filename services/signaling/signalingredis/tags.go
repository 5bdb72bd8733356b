package signalingredis

import (
	"hash/fnv"
	"math"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// clusterTags is how many parts the rooms are spread over in a Cluster: each part
// lives on one server. All nodes must agree on it.
const clusterTags = 16

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
