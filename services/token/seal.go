package token

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

const (
	// sealTag is the length of the authentication tag of a content, the least
	// that GCM allows (NIST SP 800-38D, section 5.2.1.2). The token's signature
	// covers the content as well.
	sealTag = 12
	fullTag = 16
	// sealCheck is the length of the hash that sealContent stores.
	sealCheck = 4
)

// sealContent returns the claim that holds all a token says but its expiry: open,
// which the bearer can read, and secret, which only the services can. It returns
// the same each time, so that each copy of a token is alike.
//
// The nonce is a keyed hash of open, the expiry and a short hash of secret. Open
// names one member of one match, for which secret never changes. If it did, for
// example in an engine with a fault, the short hash gives it another nonce.
func (k *signingKey) sealContent(kind string, expires time.Time, open, secret []byte) string {
	bound := boundTo(kind, expires, open)
	check := k.nonces.hash("check", string(bound), string(secret))[:sealCheck]
	nonce := k.nonceOf(bound, check)
	content := slices.Concat(open, check)
	return base64.RawURLEncoding.EncodeToString(k.contents.Seal(content, nonce, secret, bound))
}

// openContent is the inverse, after readOpen has read the open part. The error
// wraps ErrInvalid.
func (k *signingKey) openContent(kind string, expires time.Time, content string, readOpen func(*reader)) (*reader, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(content)
	if err != nil {
		return nil, fmt.Errorf("decode content: %w", ErrInvalid)
	}
	r := &reader{rest: raw}
	readOpen(r)
	bound := boundTo(kind, expires, raw[:len(raw)-len(r.rest)])
	check := r.bytes(sealCheck)
	if r.err != nil {
		return nil, r.err
	}
	nonce := k.nonceOf(bound, check)
	secret, err := k.contents.Open(nil, nonce, r.rest, bound)
	if err != nil {
		return nil, fmt.Errorf("open content: %w", ErrInvalid)
	}
	return &reader{rest: secret}, nil
}

func (k *signingKey) nonceOf(bound, check []byte) []byte {
	return k.nonces.hash("nonce", string(bound), string(check))[:k.contents.NonceSize()]
}

// boundTo returns what a secret part is bound to: it cannot be opened with
// another kind of token, another expiry or another open part.
func boundTo(kind string, expires time.Time, open []byte) []byte {
	bound := binary.BigEndian.AppendUint64([]byte(kind+" "), uint64(expires.Unix())) //nolint:gosec // the bits count
	return append(bound, open...)
}

// newSealing returns AES-256-GCM.
func newSealing(key []byte, tagSize int) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare sealing: %w", err)
	}
	aead, err := cipher.NewGCMWithTagSize(block, tagSize)
	if err != nil {
		return nil, fmt.Errorf("prepare sealing: %w", err)
	}
	return aead, nil
}
