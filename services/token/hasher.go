package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// A hasher computes HMAC-SHA256 (RFC 2104) with one key. Safe for concurrent
// use.
type hasher struct {
	idle sync.Pool // of hash.Hash: to prepare one for a key costs more than a hash
}

func newHasher(key []byte) *hasher {
	return &hasher{idle: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// hash hashes parts, each with its length, so that no two lists of parts are
// hashed alike.
func (h *hasher) hash(parts ...string) []byte {
	data := make([]byte, 0, 2*usualSize)
	for _, part := range parts {
		data = append(binary.AppendUvarint(data, uint64(len(part))), part...)
	}
	return h.appendSum(data[:0], data)
}

// hashText hashes a text alone.
func (h *hasher) hashText(text string) []byte {
	data := append(make([]byte, 0, usualSize), text...)
	return h.appendSum(data[:0], data)
}

// appendSum appends the hash of data to b, which may share its memory.
func (h *hasher) appendSum(b, data []byte) []byte {
	mac := h.idle.Get().(hash.Hash)
	defer h.idle.Put(mac)
	mac.Reset()
	mac.Write(data)
	return mac.Sum(b)
}
