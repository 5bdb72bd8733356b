package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

const pseudonymLength = 16

// Pseudonym returns the name of a client within the services: a keyed hash of
// its client_id. It never leaves the services unsealed.
func (k *Keyring) Pseudonym(clientID string) string {
	return keyedHash(k.current().name, clientID)
}

// ThrowAwayPseudonym returns the pseudonym of a client without a client_id. It
// is the same for each attempt of one request id.
func (k *Keyring) ThrowAwayPseudonym(requestID string) string {
	return keyedHash(k.current().throwing, requestID)
}

func keyedHash(key []byte, text string) string {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return string(hash.Sum(nil)[:pseudonymLength])
}

// Seal encrypts a pseudonym. The result differs each time, so that strangers
// cannot tell that two of them are the same person.
func (k *Keyring) Seal(pseudonym string) string {
	sealing := k.current().sealing
	nonce := make([]byte, sealing.NonceSize())
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(sealing.Seal(nonce, nonce, []byte(pseudonym), nil))
}

// Open decrypts what Seal returned. The error wraps ErrInvalid.
func (k *Keyring) Open(sealed string) (string, error) {
	sealing := k.current().sealing
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < sealing.NonceSize() {
		return "", fmt.Errorf("open pseudonym: %w", ErrInvalid)
	}
	nonce, box := raw[:sealing.NonceSize()], raw[sealing.NonceSize():]
	pseudonym, err := sealing.Open(nil, nonce, box, nil)
	if err != nil {
		return "", fmt.Errorf("open pseudonym: %w", ErrInvalid)
	}
	return string(pseudonym), nil
}

func newSealing(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare sealing: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("prepare sealing: %w", err)
	}
	return aead, nil
}
