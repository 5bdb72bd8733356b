package token_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// TestPlacesAreSealed checks that a bearer cannot read when they came into the
// queue, and gets the same token each time.
func TestPlacesAreSealed(t *testing.T) {
	t.Parallel()
	keys := keyring(t, key("a"))
	since := time.UnixMilli(1_234_567_890_123)
	room := token.Room{
		ID: "room", Members: []token.Member{{PeerID: "a", Pseudonym: "p"}, {PeerID: "b", Pseudonym: "q"}}, Pool: "lobby", GroupSize: 2,
		Place: 987_654_321_098_765, Since: since, Requeues: 77, MatchedAt: time.Now(),
	}
	issue := map[string]func() (string, error){
		"room":    func() (string, error) { return keys.IssueRoom(room) },
		"requeue": func() (string, error) { return keys.IssueRequeue(room.Requeue(room.MatchedAt)) },
	}
	for name, issue := range issue {
		text, err := issue()
		if err != nil {
			t.Fatal(err)
		}
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"987654321", "1234567890", "77,", "78,", "place", "since"} {
			if strings.Contains(string(payload), secret) {
				t.Errorf("%s: the bearer reads %q in %s", name, secret, payload)
			}
		}
		if again, err := issue(); err != nil || again != text {
			t.Errorf("%s: another token the second time, %v", name, err)
		}
	}
	text, err := issue["requeue"]()
	if err != nil {
		t.Fatal(err)
	}
	claim, err := keyring(t, key("b")+"\n"+key("a")).VerifyRequeue(text)
	if err != nil || claim.Place != room.Place || !claim.Since.Equal(since) || claim.Count != 78 {
		t.Errorf("got %+v, %v", claim, err)
	}
}

// TestOpenPlaces verifies a token of a version that did not seal the place: chats
// of before an update are repaired with it.
func TestOpenPlaces(t *testing.T) {
	t.Parallel()
	// Of a match in 2100, at place 5.
	const old = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ijc5V25zTmd0IiwidHlwIjoicm9vbStqd3QifQ.eyJpc3MiOiJ3YXNtcDJwY2hhdC5tYXRjaG1ha2luZy52MSIsImF1ZCI6WyJ3YXNtcDJwY2hhdC5zaWduYWxpbmcudjEiXSwiZXhwIjo0MTAyNDg4MDAwLCJyb29tIjoicm9vbSIsInNsb3QiOjAsIm1lbWJlcnMiOlt7ImlkIjoiYSIsInBzZXVkb255bSI6InAifSx7ImlkIjoiYiIsInBzZXVkb255bSI6InEifV0sInBvb2wiOiJsb2JieSIsImdyb3VwX3NpemUiOjIsInBsYWNlIjo1LCJzaW5jZSI6NywicmVxdWV1ZXMiOjEsIm1hdGNoZWRfYXQiOjQxMDI0NDQ4MDAwMDB9.XFa23qKGBuPKpWExyCMeypwh86cVyzxECu3IVtJPBOs"
	room, err := keyring(t, key("a")).VerifyRoom(old)
	if err != nil || room.Place != 5 || room.Requeues != 1 || !room.Since.Equal(time.UnixMilli(7)) {
		t.Errorf("got %+v, %v", room, err)
	}
}
