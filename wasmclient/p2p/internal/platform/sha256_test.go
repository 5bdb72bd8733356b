package platform

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

func TestSHA256(t *testing.T) {
	t.Parallel()
	data := make([]byte, 100_000)
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	for _, length := range []int{0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 4096, len(data)} {
		want := sha256.Sum256(data[:length])
		if got := plainSHA256(data[:length]); got != want {
			t.Errorf("plainSHA256 of %d bytes: %x, want %x", length, got, want)
		}
		if got := SHA256(data[:length]); got != want {
			t.Errorf("SHA256 of %d bytes: %x, want %x", length, got, want)
		}
	}
}
