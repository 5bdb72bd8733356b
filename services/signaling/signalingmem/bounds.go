package signalingmem

// bounds counts what is held, in all and for each owner. Engine.mu guards it.
type bounds struct {
	config Config
	total  usage
	owners map[string]usage
}

type usage struct{ rooms, signals, bytes int }

// add counts for the owner, who is forgotten with the last thing held.
func (b *bounds) add(owner string, change usage) {
	b.total = b.total.plus(change)
	if held := b.owners[owner].plus(change); held == (usage{}) {
		delete(b.owners, owner)
	} else {
		b.owners[owner] = held
	}
}

// fits tells whether the change stays within the bounds.
func (b *bounds) fits(owner string, change usage) bool {
	all, own := b.total.plus(change), b.owners[owner].plus(change)
	return within(all.rooms, b.config.MaxRooms) && within(all.bytes, b.config.MaxBytes) &&
		(owner == "" || within(own.rooms, b.config.MaxRoomsPerOwner) && within(own.bytes, b.config.MaxBytesPerOwner))
}

func within(n, most int) bool { return most == 0 || n <= most }

func (u usage) plus(change usage) usage {
	return usage{u.rooms + change.rooms, u.signals + change.signals, u.bytes + change.bytes}
}

func (u usage) negative() usage { return usage{-u.rooms, -u.signals, -u.bytes} }
