package signaling

// Limits bound what an engine holds. A zero field is no limit.
type Limits struct {
	// MaxRooms bounds the rooms held, those remembered after their end
	// included, and MaxRoomsPerOwner those that were made by passes of one
	// owner.
	MaxRooms, MaxRoomsPerOwner int
	// MaxBytes bounds the unread signals held, by their Size, and
	// MaxBytesPerOwner those that one owner sent.
	MaxBytes, MaxBytesPerOwner int
}
