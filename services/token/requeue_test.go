package token_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func issueRequeue(t *testing.T, ring *token.Keyring, requeue token.Requeue) string {
	t.Helper()
	text, err := ring.IssueRequeue(requeue)
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	return text
}

func TestRequeueOfRoom(t *testing.T) {
	t.Parallel()
	matched := room(time.Now())
	matched.Since = time.UnixMilli(1795374872123)
	closedAt := time.Now()
	want := token.Requeue{
		ID: "room.1", Pseudonym: "person b", Avoid: []string{"person a"}, Pool: "lobby", GroupSize: 2,
		Place: 1795374872000000, Since: matched.Since, Count: 2, Expires: closedAt.Add(token.RequeueLifetime),
	}
	if diff := cmp.Diff(want, matched.Requeue(closedAt)); diff != "" {
		t.Errorf("requeue differs (-want +got):\n%s", diff)
	}
}

func TestRequeueRoundTrip(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	for name, age := range map[string]time.Duration{"fresh": 0, "long over": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			matched := room(time.Now())
			matched.Since = time.UnixMilli(time.Now().UnixMilli())
			want := matched.Requeue(time.Now().Add(-age).Truncate(time.Second))
			got, err := ring.VerifyRequeue(issueRequeue(t, ring, want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("requeue differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRequeueIsOneToken issues a token again, as for a client that did not receive
// it the first time.
func TestRequeueIsOneToken(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	claim := room(time.Now()).Requeue(time.Now())
	if first, second := issueRequeue(t, ring, claim), issueRequeue(t, ring, claim); first != second {
		t.Error("issued twice, the token is another one")
	}
}

// TestKindsDoNotMix verifies each kind of token as the other kind.
func TestKindsDoNotMix(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	if _, err := ring.VerifyRoom(issueRequeue(t, ring, room(time.Now()).Requeue(time.Now()))); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("a requeue token opens a room: %v, want ErrInvalid", err)
	}
	if _, err := ring.VerifyRequeue(issue(t, ring, room(time.Now()))); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("a room token is a place in the queue: %v, want ErrInvalid", err)
	}
}

func TestRequeueOfAnotherKey(t *testing.T) {
	t.Parallel()
	text := issueRequeue(t, keyring(t, key("b")), room(time.Now()).Requeue(time.Now()))
	if _, err := keyring(t, key("a")).VerifyRequeue(text); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a")+"\npseudonym "+key("p"))
	old := issue(t, ring, room(time.Now()))
	sealed, pseudonym := ring.Seal("room", "a", ring.Pseudonym("client")), ring.Pseudonym("client")

	ring.Replace(keyring(t, key("b")+"\n"+key("a")+"\npseudonym "+key("p")))
	if _, err := ring.VerifyRoom(old); err != nil {
		t.Errorf("a token of the older key: %v", err)
	}
	fresh := issue(t, ring, room(time.Now()))
	if ring.Pseudonym("client") != pseudonym {
		t.Error("the client has another pseudonym")
	}
	if got, err := ring.Open(sealed); err != nil || got != pseudonym {
		t.Errorf("a pseudonym sealed before: %v", err)
	}

	ring.Replace(keyring(t, key("b")+"\npseudonym "+key("p")))
	if _, err := ring.VerifyRoom(old); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("a token of the key that is gone: %v, want ErrInvalid", err)
	}
	if _, err := ring.VerifyRoom(fresh); err != nil {
		t.Errorf("a token of the key that stays: %v", err)
	}
}

// FuzzVerifyRequeue checks that verifying never panics and never accepts a token
// that the keyring did not sign.
func FuzzVerifyRequeue(f *testing.F) {
	ring, err := token.ParseKeyring([]byte(key("a")))
	if err != nil {
		f.Fatal(err)
	}
	genuine, err := ring.IssueRequeue(room(time.Now()).Requeue(time.Now()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(genuine)
	f.Add("")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := ring.VerifyRequeue(text); err == nil && (got.ID != "room.1" || got.Place != 1795374872000000 || got.Pseudonym != "person b") {
			t.Errorf("%q passed as %+v, which nobody signed", text, got)
		}
	})
}

// FuzzOpen checks that Open never panics and never accepts text that was not
// sealed.
func FuzzOpen(f *testing.F) {
	ring, err := token.ParseKeyring([]byte(key("a")))
	if err != nil {
		f.Fatal(err)
	}
	genuine := ring.Seal("room", "a", "pseudonym")
	f.Add(genuine)
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := ring.Open(text); err == nil && got != "pseudonym" {
			t.Errorf("%q opened as %q, which nobody sealed", text, got)
		}
	})
}
