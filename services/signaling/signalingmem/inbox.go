package signalingmem

import "github.com/wasmp2pchat/wasmp2pchat/services/signaling"

// An inbox holds what a member was sent and may not have received. An offset
// counts every signal the member was ever sent.
type inbox struct {
	bounds    *bounds
	entries   []entry
	top       uint64   // offset of the last signal
	trimmed   uint64   // highest offset that may be missing from entries
	delivered uint64   // highest offset given to the current stream
	given     uint64   // highest offset given to any stream
	stored    []uint64 // by slot: seq of the last signal stored
	held      []usage  // by slot: of entries
}

type entry struct {
	offset uint64
	from   int
	owner  string // of the sender
	seq    uint64
	signal signaling.Signal
}

func (e entry) usage() usage { return usage{signals: 1, bytes: e.signal.Size()} }

// append stores signals of one sender, or nothing when they don't fit. What
// the member's stream was given makes room for what is new.
func (i *inbox) append(from int, owner string, signals []signaling.Signal) error {
	change := usage{signals: len(signals)}
	for _, signal := range signals {
		change.bytes += signal.Size()
	}
	fits := func() error {
		held := i.held[from].plus(change)
		switch {
		case held.signals > signaling.MaxSignals || held.bytes > signaling.MaxBytes:
			return signaling.ErrInboxFull
		case !i.bounds.fits(owner, change):
			return signaling.ErrTooManySignals
		}
		return nil
	}
	if fits() != nil {
		i.remove(func(e entry) bool { return e.from == from && e.offset <= i.delivered })
	}
	if err := fits(); err != nil {
		return err
	}
	for _, signal := range signals {
		i.top++
		i.stored[from]++
		i.entries = append(i.entries, entry{offset: i.top, from: from, owner: owner, seq: i.stored[from], signal: signal})
	}
	i.held[from] = i.held[from].plus(change)
	i.bounds.add(owner, change)
	return nil
}

// remove drops signals. A cursor before one of them cannot be honoured any
// more.
func (i *inbox) remove(which func(entry) bool) {
	kept := i.entries[:0]
	for _, e := range i.entries {
		if !which(e) {
			kept = append(kept, e)
			continue
		}
		gone := e.usage().negative()
		i.held[e.from] = i.held[e.from].plus(gone)
		i.bounds.add(e.owner, gone)
		i.trimmed = max(i.trimmed, e.offset)
	}
	clear(i.entries[len(kept):])
	i.entries = kept
}

func (i *inbox) clear() {
	i.remove(func(entry) bool { return true })
	i.entries = nil
}
