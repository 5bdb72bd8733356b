package token

import (
	"crypto/sha256"
	"sync"
	"time"
)

// rememberedTokens is how many verified tokens are remembered at least, and half
// of how many at most. A member calls about six times with one token.
const rememberedTokens = 4096

// verified remembers what genuine room tokens say, so that each is verified
// once. Tokens are known by their hash (SHA-256). It belongs to one set of keys:
// tokens of keys that are replaced are forgotten with them. An expired token is
// forgotten when it comes again, or with the older half.
//
// It holds 2*rememberedTokens rooms at most, of about 0.6 KB for a pair and 1.4 KB
// for eight members: 5 and 12 MB.
//
// Safe for concurrent use.
type verified struct {
	mu       sync.Mutex // guards the following fields
	new, old map[tokenHash]Room
}

type tokenHash [sha256.Size]byte

func hashOf(text string) tokenHash {
	var short [512]byte // saves an allocation for most tokens
	return sha256.Sum256(append(short[:0], text...))
}

// find returns what a token says if it is remembered and its time is not over.
func (v *verified) find(text string) (Room, bool) {
	hash := hashOf(text)
	v.mu.Lock()
	defer v.mu.Unlock()
	room, known := v.new[hash]
	if !known {
		room, known = v.old[hash]
	}
	if known && !time.Now().Before(room.Expires.Add(leeway)) {
		delete(v.new, hash)
		delete(v.old, hash)
		return Room{}, false
	}
	return room, known
}

func (v *verified) add(text string, room Room) {
	hash := hashOf(text)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.new) >= rememberedTokens || v.new == nil {
		v.new, v.old = make(map[tokenHash]Room), v.new
	}
	v.new[hash] = room
}
