package token

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	leeway    = 60 * time.Second // for clocks of nodes that differ
	maxLength = 8 << 10          // of a token
)

// A kind of token has a signing key of its own, and a typ and an audience of its
// own, all of which are checked.
type kind struct {
	typ, audience string
	subkey        func(*signingKey) []byte
	older         olderKind
	parser        *jwt.Parser
}

// newKind keeps typ and audience short: they are in each token.
func newKind(typ, audience string, subkey func(*signingKey) []byte, older olderKind) *kind {
	return &kind{
		typ: typ, audience: audience, subkey: subkey, older: older,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithAudience(audience, older.audience),
			jwt.WithExpirationRequired(), jwt.WithLeeway(leeway)),
	}
}

// claims are those of a token, as it is read. An older token has others instead
// of Content.
type claims struct {
	jwt.RegisteredClaims
	// Content is what sealContent returned.
	Content string `json:"c"`
}

// issuedClaims are claims as they are written: in the fewest characters, and
// without the list that jwt makes of one audience.
type issuedClaims struct {
	jwt.Claims `json:"-"` // nil: to sign does not read them

	Audience  string `json:"aud"`
	ExpiresAt int64  `json:"exp"`
	Content   string `json:"c"`
}

// sign returns a token with the claims that every kind has.
func (k *kind) sign(key *signingKey, expires time.Time, content string) (string, error) {
	signed := jwt.NewWithClaims(jwt.SigningMethodHS256, issuedClaims{
		Audience: k.audience, ExpiresAt: expires.Unix(), Content: content,
	})
	signed.Header["typ"], signed.Header["kid"] = k.typ, key.id
	text, err := signed.SignedString(k.subkey(key))
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", k.typ, err)
	}
	return text, nil
}

// parse sets claims from a token and returns the key that signed it. After
// ErrExpired the claims are genuine but expired.
func (k *kind) parse(keys *keys, text string, claims jwt.Claims) (*signingKey, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("%w: too long", ErrInvalid)
	}
	var signed *signingKey
	_, err := k.parser.ParseWithClaims(text, claims, func(parsed *jwt.Token) (any, error) {
		if signed = k.signer(keys, parsed.Header); signed == nil {
			return nil, errors.New("another kind of token, or an unknown key id")
		}
		return k.subkey(signed), nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidAudience):
		return signed, ErrExpired
	case err != nil:
		return nil, ErrInvalid
	}
	return signed, nil
}

// signer returns the key that a header names, or nil.
func (k *kind) signer(keys *keys, header map[string]any) *signingKey {
	for i := range keys.signing {
		key := &keys.signing[i]
		if header["typ"] == k.typ && header["kid"] == key.id || header["typ"] == k.older.typ && header["kid"] == key.older.id {
			return key
		}
	}
	return nil
}

// check refuses claims whose issuer or audience are those of the other format.
func (c *claims) check(k *kind) error {
	issuer, audience := "", k.audience
	if c.Content == "" {
		issuer, audience = k.older.issuer, k.older.audience
	}
	if c.Issuer != issuer || !slices.Contains(c.Audience, audience) {
		return fmt.Errorf("%w: claims of two formats", ErrInvalid)
	}
	return nil
}
