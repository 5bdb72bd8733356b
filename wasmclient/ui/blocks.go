package ui

import (
	"slices"
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// maxBlocked is how many people the server accepts in a request.
const maxBlocked = 64

// blocks are the people this side never wants to meet again. Safe for concurrent use; the
// zero value is ready.
type blocks struct {
	mu         sync.Mutex // guards the following fields
	search     int        // that found the members
	members    []p2p.Peer
	pseudonyms []string // oldest first
}

// met notes whom a search has found. Somebody an earlier search finds late is ignored.
func (b *blocks) met(search int, members []p2p.Peer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if search > b.search {
		b.search, b.members = search, members
	}
}

// add blocks the member of that slot whom that search has found, and drops the oldest beyond
// maxBlocked.
func (b *blocks) add(search, slot int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, member := range b.members {
		if search == b.search && member.Slot == slot && member.Pseudonym != "" && !slices.Contains(b.pseudonyms, member.Pseudonym) {
			pseudonyms := append(slices.Clone(b.pseudonyms), member.Pseudonym)
			b.pseudonyms = pseudonyms[max(0, len(pseudonyms)-maxBlocked):]
		}
	}
}

// list returns the pseudonyms of those who are blocked.
func (b *blocks) list() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pseudonyms
}

// forget drops pseudonyms.
func (b *blocks) forget(pseudonyms []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pseudonyms = slices.DeleteFunc(slices.Clone(b.pseudonyms), func(known string) bool { return slices.Contains(pseudonyms, known) })
}
