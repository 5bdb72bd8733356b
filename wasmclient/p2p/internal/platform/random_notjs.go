//go:build !js

package platform

import "crypto/rand"

// FillRandom fills data with random bytes that nobody can predict.
func FillRandom(data []byte) { _, _ = rand.Read(data) } // never fails, says crypto/rand
