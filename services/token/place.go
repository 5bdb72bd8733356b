package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"
)

// place is what a token says of the queue. It is sealed: a place would tell the
// bearer when the server started and how many came.
type place struct {
	number int64
	since  time.Time
	count  int // of requeues
}

// sealedSize is the length of a place before it is sealed.
const sealedSize = 8 + 8 + 4

// sealPlace encrypts a place for the bearer of one token, which name names. It
// returns the same each time.
func (k *signingKey) sealPlace(name string, p place) string {
	plain := binary.BigEndian.AppendUint64(nil, uint64(p.number)) //nolint:gosec // the bits count
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.since.UnixMilli()))
	plain = binary.BigEndian.AppendUint32(plain, uint32(p.count)) //nolint:gosec // small
	mac := hmac.New(sha256.New, k.nonces)
	mac.Write([]byte(name))
	mac.Write(plain)
	nonce := mac.Sum(nil)[:k.places.NonceSize()] // another one for anything else that is sealed
	return base64.RawURLEncoding.EncodeToString(k.places.Seal(nonce, nonce, plain, []byte("place of "+name)))
}

// openPlace is the inverse. The error wraps ErrInvalid.
func (k *signingKey) openPlace(name, sealed string) (place, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	size := k.places.NonceSize()
	if err != nil || len(raw) < size {
		return place{}, fmt.Errorf("open place: %w", ErrInvalid)
	}
	plain, err := k.places.Open(nil, raw[:size], raw[size:], []byte("place of "+name))
	if err != nil || len(plain) != sealedSize {
		return place{}, fmt.Errorf("open place: %w", ErrInvalid)
	}
	return place{
		number: int64(binary.BigEndian.Uint64(plain)),                       //nolint:gosec // the bits count
		since:  time.UnixMilli(int64(binary.BigEndian.Uint64(plain[8:16]))), //nolint:gosec // as above
		count:  int(binary.BigEndian.Uint32(plain[16:])),
	}, nil
}
