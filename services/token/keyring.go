package token

import (
	"bufio"
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// minKey is the least length of a key in bytes: the length of HS256's hash (RFC
// 7518, section 3.2).
const minKey = 32

// byteOrderMark is what some editors put before a text (Unicode, section 23.8).
const byteOrderMark = "\ufeff"

// A Keyring holds the keys of one or more services that trust each other. All
// methods are safe for concurrent use.
type Keyring struct {
	keys atomic.Pointer[keys]
}

// keys are immutable, but for what verified remembers; Replace replaces all of
// them.
type keys struct {
	signing       []signingKey // the first signs, all verify
	names         *hasher      // turns client ids into pseudonyms
	sealing       cipher.AEAD  // of pseudonyms
	sealingNonces *hasher      // makes the nonces of sealing
	throwAways    *hasher      // turns request ids into pseudonyms of throw-away clients
	verified      verified
}

type signingKey struct {
	id       string
	room     []byte      // subkey that signs room tokens
	requeue  []byte      // subkey that signs requeue tokens
	contents cipher.AEAD // seals the secret part of a content
	nonces   *hasher     // makes the nonces of contents
	proofs   *hasher     // makes the proofs of members
	turn     string      // secret of TURN credentials
	older    olderKey
}

func (k *Keyring) current() *keys { return k.keys.Load() }

// Replace replaces the keys of k by those of other, for calls that begin later.
// A running server rotates keys this way. other must not be used afterwards.
func (k *Keyring) Replace(other *Keyring) { k.keys.Store(other.current()) }

// TURNSecrets returns a secret derived from each key, for the credentials of TURN
// servers: the first makes them, all verify.
func (k *Keyring) TURNSecrets() []string {
	keys := k.current()
	secrets := make([]string, 0, len(keys.signing))
	for i := range keys.signing {
		secrets = append(secrets, keys.signing[i].turn)
	}
	return secrets
}

// ParseKeyring reads the text of a key file: one key a line, in base64 or
// hexadecimal, of at least 32 random bytes. The first key signs, all verify. A
// line "pseudonym KEY" sets the key of pseudonyms, which stays when the others
// are rotated; without such a line the last key is used. Blank lines and lines
// that begin with # are ignored. Errors name the line, never its content.
func ParseKeyring(text []byte) (*Keyring, error) {
	var master [][]byte
	var pseudonym []byte
	scanner := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark))))
	for number := 1; scanner.Scan(); number++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		encoded, forPseudonyms := strings.CutPrefix(line, "pseudonym ")
		key, err := decodeKey(strings.TrimSpace(encoded))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if forPseudonyms {
			pseudonym = key
		} else {
			master = append(master, key)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if len(master) == 0 {
		return nil, errors.New("holds no key")
	}
	if pseudonym == nil {
		pseudonym = master[len(master)-1]
	}
	return newKeyring(master, pseudonym)
}

// NewKeyFile returns the text of a key file with fresh random keys.
func NewKeyFile() []byte {
	return fmt.Appendf(nil, `# Keys of WasmP2PChat. Whoever reads them can enter any room.
# To rotate: put a new key above the first one ("openssl rand -base64 32") and
# send the server SIGHUP; remove the old one in the same way a day later. Leave
# the pseudonym line alone.
%s
pseudonym %s
`, randomKey(), randomKey())
}

func randomKey() string {
	key := make([]byte, minKey)
	rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}

func decodeKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(text)
	if err != nil {
		text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		key, err = base64.RawStdEncoding.DecodeString(text)
	}
	if err != nil {
		return nil, errors.New("is neither base64 nor hexadecimal")
	}
	if len(key) < minKey {
		return nil, fmt.Errorf("has %d bytes, must have %d at least", len(key), minKey)
	}
	if !slices.ContainsFunc(key, func(b byte) bool { return b != 0 }) {
		return nil, errors.New("is all zeros, must be random")
	}
	return key, nil
}

func newKeyring(master [][]byte, pseudonym []byte) (*Keyring, error) {
	set := &keys{
		names:         newHasher(subkey(pseudonym, "pseudonym of a client")),
		throwAways:    newHasher(subkey(pseudonym, "pseudonym of a throw-away client")),
		sealingNonces: newHasher(subkey(pseudonym, "nonce of a sealed pseudonym")),
	}
	var err error
	if set.sealing, err = newSealing(subkey(pseudonym, "sealed pseudonym"), fullTag); err != nil {
		return nil, err
	}
	for _, key := range master {
		signing, err := newSigningKey(key)
		if err != nil {
			return nil, err
		}
		set.signing = append(set.signing, signing)
	}
	ring := &Keyring{}
	ring.keys.Store(set)
	return ring, nil
}

func newSigningKey(key []byte) (signingKey, error) {
	contents, err := newSealing(subkey(key, "sealed content"), sealTag)
	if err != nil {
		return signingKey{}, err
	}
	places, err := newSealing(subkey(key, "sealed place"), fullTag)
	if err != nil {
		return signingKey{}, err
	}
	id := base64.RawURLEncoding.EncodeToString(subkey(key, "key id")[:6])
	return signingKey{
		id:       id[:4], // 24 bits tell a few keys apart
		room:     subkey(key, "room token"),
		requeue:  subkey(key, "requeue token"),
		contents: contents,
		nonces:   newHasher(subkey(key, "nonce of a sealed content")),
		proofs:   newHasher(subkey(key, "proof of a member")),
		turn:     base64.RawURLEncoding.EncodeToString(subkey(key, "secret of TURN credentials")),
		older:    olderKey{id: id, places: places},
	}, nil
}

// subkey derives the key for one purpose (HKDF, RFC 5869), so that a token of
// one kind can never pass for another.
func subkey(key []byte, purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, key, nil, "wasmp2pchat "+purpose, minKey)
	if err != nil {
		panic(err) // only for lengths over 255 hashes
	}
	return derived
}
