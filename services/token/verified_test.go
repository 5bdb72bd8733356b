package token

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newTestRing(t *testing.T) *Keyring {
	t.Helper()
	ring, err := ParseKeyring(NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func issue(t *testing.T, ring *Keyring, id string) string {
	t.Helper()
	text, err := ring.IssueRoom(Room{ID: id, Members: []Member{{PeerID: "a"}, {PeerID: "b"}}, MatchedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRememberedTokenExpires proves that a token that was verified before is
// held to its time.
func TestRememberedTokenExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ring := newTestRing(t)
		text := issue(t, ring, "room")
		for range 2 {
			if _, err := ring.VerifyRoom(text); err != nil {
				t.Fatalf("verify: %v", err)
			}
		}
		time.Sleep(RoomLifetime + 2*leeway)
		if _, err := ring.VerifyRoom(text); !errors.Is(err, ErrExpired) {
			t.Errorf("verify: %v, want ErrExpired", err)
		}
		if v := &ring.current().verified; len(v.new)+len(v.old) > 0 {
			t.Error("the expired token is still remembered")
		}
	})
}

// TestRememberedTokenIsForgotten proves that a token is as little worth as its
// key once that is replaced, and that a change of a remembered one is noticed.
func TestRememberedTokenIsForgotten(t *testing.T) {
	t.Parallel()
	ring := newTestRing(t)
	text := issue(t, ring, "room")
	if _, err := ring.VerifyRoom(text); err != nil {
		t.Fatalf("verify: %v", err)
	}
	if _, err := ring.VerifyRoom(text[:len(text)-4] + strings.Repeat("A", 4)); !errors.Is(err, ErrInvalid) {
		t.Errorf("verify a forged one: %v, want ErrInvalid", err)
	}
	ring.Replace(newTestRing(t))
	if _, err := ring.VerifyRoom(text); !errors.Is(err, ErrInvalid) {
		t.Errorf("verify with other keys: %v, want ErrInvalid", err)
	}
}

// TestRememberedTokensAreBounded proves that many tokens take no more memory
// than twice what is meant to be remembered.
func TestRememberedTokensAreBounded(t *testing.T) {
	t.Parallel()
	var v verified
	for i := range 3*rememberedTokens + 1 {
		v.add(fmt.Sprint(i), Room{Expires: time.Now().Add(time.Hour)})
	}
	if held := len(v.new) + len(v.old); held > 2*rememberedTokens {
		t.Errorf("%d are remembered, want %d at most", held, 2*rememberedTokens)
	}
	if _, known := v.find(fmt.Sprint(2*rememberedTokens + 1)); !known {
		t.Error("one of the latest is forgotten")
	}
}

// TestIssuerAndVerifierAgree proves that a token says the same where it was
// issued, and so is remembered, as where it is verified.
func TestIssuerAndVerifierAgree(t *testing.T) {
	t.Parallel()
	file := NewKeyFile()
	issuing, err := ParseKeyring(file)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, room := range map[string]Room{
		"a pair": {
			ID: "room", Pool: "pool", Place: now.UnixMicro() - 12345, Since: now.Add(-time.Minute), Requeues: 2, Introduced: 3, Slot: 1, MatchedAt: now,
			Members: []Member{{PeerID: "room1", Pseudonym: strings.Repeat("a", 16)}, {PeerID: "room2", Pseudonym: strings.Repeat("b", 16), Sealed: "ignored"}},
		},
		"nobody known": {ID: "room", MatchedAt: now, Members: []Member{{PeerID: "a"}, {PeerID: "b", Sealed: "ignored"}}},
	} {
		text, err := issuing.IssueRoom(room)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		other, err := ParseKeyring(file)
		if err != nil {
			t.Fatal(err)
		}
		read, err := other.VerifyRoom(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		remembered, err := issuing.VerifyRoom(text)
		if diff := cmp.Diff(read, remembered); diff != "" || err != nil {
			t.Errorf("%s: %v, read and remembered differ:\n%s", name, err, diff)
		}
	}
}
