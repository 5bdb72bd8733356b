package sha256

import "hash"

// New returns a new hash.
func New() hash.Hash { return newDigest() }

// HMAC returns the HMAC-SHA256 of a message (RFC 2104).
func HMAC(key, message []byte) []byte { return keyed(key, message) }
