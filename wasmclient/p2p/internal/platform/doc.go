// Package platform has what packages of the SDK need of the platform besides calls and
// connections: random ids, URLs, changes of the network, and the few streams that a
// browser can hold.
package platform

import "encoding/base64"

// RandomID returns 128 random bits in 22 characters. Nobody can predict them.
func RandomID() string {
	var id [16]byte
	FillRandom(id[:])
	return base64.RawURLEncoding.EncodeToString(id[:])
}
