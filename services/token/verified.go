package token

import (
	"sync"
	"time"
)

// rememberedTokens is how many verified tokens are remembered at least, and half
// of how many at most. A member calls about eight times with one token.
const rememberedTokens = 4096

// verified remembers what genuine room tokens say, so that each is verified
// once. It belongs to one set of keys: tokens of keys that are replaced are
// forgotten with them. Safe for concurrent use.
type verified struct {
	mu       sync.Mutex // guards the following fields
	new, old map[string]Room
}

// find returns what a token says if it is remembered and its time is not over.
func (v *verified) find(text string) (Room, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	room, known := v.new[text]
	if !known {
		room, known = v.old[text]
	}
	return room, known && time.Now().Before(room.Expires.Add(leeway))
}

func (v *verified) add(text string, room Room) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.new) >= rememberedTokens || v.new == nil {
		v.new, v.old = make(map[string]Room), v.new
	}
	v.new[text] = room
}
