package iceserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
)

// TestKnownCredential has the credential that coturn's turnutils and others make of the
// same secret and name:
//
//	printf 1433895918:user | openssl dgst -sha1 -hmac north -binary | base64
func TestKnownCredential(t *testing.T) {
	t.Parallel()
	password, member, expiry, ok := iceserver.Secrets{"north"}.Verify("1433895918:user")
	if !ok || password != "/gk4t5tUc08OpM3NjrVjHSFVNmY=" || member != "user" || expiry.Unix() != 1433895918 {
		t.Errorf("%q, %q, %v, %v", password, member, expiry, ok)
	}
}

// TestCredentialsInAnHour asks for a credential every minute of a day: at most six of
// an hour differ, and each is valid for an hour and not much longer.
func TestCredentialsInAnHour(t *testing.T) {
	t.Parallel()
	secrets := iceserver.Secrets{"secret"}
	var names []string
	for minute := range 24 * 60 {
		now := time.Unix(1_800_000_000+int64(minute)*60, 0)
		name, password, valid := secrets.Credential("room", "member", now)
		if valid < time.Hour || valid > 72*time.Minute {
			t.Fatalf("valid for %v", valid)
		}
		if got, _, expiry, ok := secrets.Verify(name); !ok || got != password || !expiry.Equal(now.Add(valid)) {
			t.Fatalf("%s: %q, %v", name, got, expiry)
		}
		names = append(names, name)
	}
	for from := range len(names) - 60 {
		distinct := map[string]bool{}
		for _, name := range names[from : from+60] {
			distinct[name] = true
		}
		if len(distinct) > 6 {
			t.Fatalf("%d credentials in an hour", len(distinct))
		}
	}
}

func TestCredentialsTellNothing(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	secrets := iceserver.Secrets{"new", "old"}
	name, _, _ := secrets.Credential("the-room", "the-member", now)
	if strings.Contains(name, "room") || strings.Contains(name, "member") {
		t.Error(name)
	}
	for _, other := range [][2]string{{"the-room", "other"}, {"another", "the-member"}, {"the-room the-member", ""}} {
		if same, _, _ := secrets.Credential(other[0], other[1], now); same == name {
			t.Errorf("%v has the same name", other)
		}
	}
}

// TestSecretsAreReplaced verifies a credential of the secret before.
func TestSecretsAreReplaced(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	name, want, _ := iceserver.Secrets{"old"}.Credential("room", "member", now)
	if got, _, _, ok := (iceserver.Secrets{"new", "old"}).Verify(name); !ok || got != want {
		t.Errorf("the old secret: %q, want %q", got, want)
	}
	if got, _, _, _ := (iceserver.Secrets{"new"}).Verify(name); got == want {
		t.Error("the old secret is still good")
	}
}

func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ":", "x:y", "1e9:x", "99999999999999999999:x", " 1:x"} {
		if _, _, _, ok := (iceserver.Secrets{"secret"}).Verify(name); ok {
			t.Errorf("%q has a password", name)
		}
	}
	if _, _, _, ok := (iceserver.Secrets{}).Verify("1:x"); ok {
		t.Error("without a secret there is a password")
	}
}

func TestCheckTURN(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"turn:turn.example.org": true, "turn:192.0.2.1:3478?transport=udp": true, "turns:turn.example.org:443?transport=tcp": true, "turn:[2001:db8::1]:3478": true,
		"": false, "turn:": false, "stun:stun.example.org": false, "turn:alice:secret@turn.example.org": false, "turn:turn.example.org?transport=sctp": false,
		"turn:turn.example.org/x": false, "https://turn.example.org": false, "turn:turn.example.org:port": false,
	} {
		if err := iceserver.CheckTURN(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		} else if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error holds the credential: %v", text, err)
		}
	}
}
