//go:build !js

package sha256

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// New returns a new hash.
func New() hash.Hash { return sha256.New() }

// HMAC returns the HMAC-SHA256 of a message (RFC 2104).
func HMAC(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(message)
	return mac.Sum(nil)
}
