package iceserver

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what TURN servers have
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// The times of a credential. It is made for the end of a period, so that a member
// that asks again gets the same one: at most six while the first is valid.
const (
	validity = time.Hour // at least
	periods  = 5         // of a validity
)

// Secrets are shared by those who make credentials of TURN servers and those servers
// (a TURN server's REST API, draft-uberti-behave-turn-rest-00; static-auth-secret of
// coturn). The first makes credentials, all verify them.
type Secrets []string

// Credential returns the credential of one member of one room, and how long it is
// valid: an hour to 72 minutes. The username is EXPIRY:MEMBER, in which MEMBER tells
// nothing but which of the secrets made it, and which allocations belong together.
func (s Secrets) Credential(room, member string, now time.Time) (username, password string, valid time.Duration) {
	return s.credential(room, member, now, validity)
}

func (s Secrets) credential(room, member string, now time.Time, validity time.Duration) (username, password string, valid time.Duration) {
	period := validity / periods
	expiry := now.Add(validity + period).Truncate(period)
	username = strconv.FormatInt(expiry.Unix(), 10) + ":" + s.name(s[0]) + s.hash(s[0], room+" "+member)
	return username, sign(s[0], username), expiry.Sub(now)
}

// Verify returns the password of a username, the member it was made for, and when the
// credential expires. A username that is not of that form has no password.
func (s Secrets) Verify(username string) (password, member string, expiry time.Time, ok bool) {
	digits, member, _ := strings.Cut(username, ":")
	seconds, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(s) == 0 {
		return "", "", time.Time{}, false
	}
	secret := s[0]
	for _, other := range s {
		if strings.HasPrefix(member, s.name(other)) {
			secret = other
		}
	}
	return sign(secret, username), member, time.Unix(seconds, 0), true
}

// name returns a few characters that tell one secret from the others.
func (s Secrets) name(secret string) string { return s.hash(secret, "name of a secret")[:4] }

// hash returns 12 bytes of a keyed hash as text.
func (Secrets) hash(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

func sign(secret, username string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
