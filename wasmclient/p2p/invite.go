package p2p

import (
	"errors"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/sha256"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

// Invite is a secret that people share to meet each other: 26 characters of a to z and 2 to
// 7, which are 130 random bits. That of a group has a dot and how many meet after them.
// Whoever knows it can come, and can pose as one of them.
type Invite string

// ErrInvite is the error of a text that is no invite.
var ErrInvite = errors.New("not an invite: 26 characters of a to z and 2 to 7, and for a group a dot and 3 to 8")

// invitePrefix comes before the secret in the fragment of a link.
const invitePrefix = "invite="

// groupMark comes before how many meet by the invite of a group.
const groupMark = "."

// inviteLength is that of an Invite for two: as many characters as have 128 bits at least.
const inviteLength = 26

// NewInvite returns a new invite for two, which nobody can predict.
func NewInvite() Invite {
	var secret [inviteLength]byte
	platform.FillRandom(secret[:])
	return Invite(letters(secret[:]))
}

// ForGroup returns the invite with the same secret by which that many people meet, from 2 to
// [MaxGroup]. Those who have the invite for another number do not meet them.
func (i Invite) ForGroup(size int) Invite {
	secret, _, _ := strings.Cut(string(i), groupMark)
	if size <= 2 || i == "" {
		return Invite(secret)
	}
	return Invite(secret + groupMark + string(rune('0'+min(size, MaxGroup))))
}

// GroupSize returns how many people meet by the invite.
func (i Invite) GroupSize() int {
	if _, size, isGroup := strings.Cut(string(i), groupMark); isGroup && size != "" {
		return int(size[0] - '0')
	}
	return 2
}

// ParseInvite reads an invite, or the link or the fragment of one that has it. The error is
// [ErrInvite].
func ParseInvite(text string) (Invite, error) {
	text = strings.TrimSpace(text)
	if at := strings.LastIndexAny(text, "#"); at >= 0 {
		text = text[at+1:]
	}
	text = strings.ToLower(strings.TrimPrefix(text, invitePrefix))
	secret, size, isGroup := strings.Cut(text, groupMark)
	for _, character := range secret {
		if (character < 'a' || character > 'z') && (character < '2' || character > '7') {
			return "", ErrInvite
		}
	}
	if len(secret) != inviteLength || isGroup && (len(size) != 1 || size[0] < '3' || size[0] > '0'+MaxGroup) {
		return "", ErrInvite
	}
	return Invite(text), nil
}

// Link returns the link to a page of the chat that has the invite. Browsers never send a
// fragment to a server.
func (i Invite) Link(page string) string {
	page, _, _ = strings.Cut(page, "#")
	return page + "#" + invitePrefix + string(i)
}

// pool returns the name of the pool in which those who know the secret meet. It does not tell
// the secret.
func (i Invite) pool() string {
	return "invite-" + letters(sha256.Sum([]byte("wasmp2pchat invite pool " + string(i)))[:inviteLength])
}

// WithInvite meets only people with the same invite, in a pool of its own. Find returns a
// room when each peer has shown that it knows the secret and that it sees the same
// certificates as this side, so that nobody is between the two, the server included.
// Messages of others are never delivered. It replaces [WithPool] and [WithGroupSize], which
// must not come after it. Default: none.
func WithInvite(invite Invite) Option {
	return func(s *settings) {
		s.invite = invite
		if invite != "" {
			s.pool, s.groupSize = invite.pool(), uint32(invite.GroupSize()) //nolint:gosec // from 2 to 8
		}
	}
}

// letters returns a character for the lowest five bits of each byte, from the alphabet of
// Base32 (RFC 4648, section 6).
func letters(data []byte) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	text := make([]byte, len(data))
	for i, octet := range data {
		text[i] = alphabet[octet%32]
	}
	return string(text)
}
