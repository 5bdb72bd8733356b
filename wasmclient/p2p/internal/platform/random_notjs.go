//go:build !js

package platform

import "crypto/rand"

// fillRandom fills data with random bytes that nobody can predict.
func fillRandom(data []byte) { _, _ = rand.Read(data) } // never fails, says crypto/rand
