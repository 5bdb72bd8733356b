//go:build !js

package sha256

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"math/rand/v2"
	"testing"
)

// TestAsStandard compares random data, written in random parts, with what the standard
// library makes of it.
func TestAsStandard(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	bytesOf := func(most int) []byte {
		data := make([]byte, random.IntN(most+1))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		return data
	}
	for range 2000 {
		data, key := bytesOf(400), bytesOf(200)
		if got, want := keyed(key, data), HMAC(key, data); !bytes.Equal(got, want) {
			t.Fatalf("HMAC with %x of %x: %x, want %x", key, data, got, want)
		}
		var whole hash.Hash = newDigest()
		rest := data
		for len(rest) > 0 {
			part := random.IntN(len(rest) + 1)
			_, _ = whole.Write(rest[:part])
			whole.Sum(nil) // changes nothing
			rest = rest[part:]
		}
		if got, want := whole.Sum(nil), sha256.Sum256(data); !bytes.Equal(got, want[:]) {
			t.Fatalf("%x: %x, want %x", data, got, want)
		}
	}
}

// TestKnown has the second case of RFC 4231.
func TestKnown(t *testing.T) {
	const want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	for name, hash := range map[string]func(key, message []byte) []byte{"browser": keyed, "native": HMAC} {
		if got := hex.EncodeToString(hash([]byte("Jefe"), []byte("what do ya want for nothing?"))); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got, want := Sum([]byte("abc")), sha256.Sum256([]byte("abc")); !bytes.Equal(got, want[:]) {
		t.Errorf("Sum is %x, want %x", got, want)
	}
}
