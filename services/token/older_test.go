package token_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// Tokens of a match in 2100, as versions before this format issued them with
// key("a").
const (
	olderRoom    = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ijc5V25zTmd0IiwidHlwIjoicm9vbStqd3QifQ.eyJpc3MiOiJ3YXNtcDJwY2hhdC5tYXRjaG1ha2luZy52MSIsImF1ZCI6WyJ3YXNtcDJwY2hhdC5zaWduYWxpbmcudjEiXSwiZXhwIjo0MTAyNDg4MDAwLCJyb29tIjoiUk9PTU9GQkVGT1JFIiwic2xvdCI6MSwibWVtYmVycyI6W3siaWQiOiJBIiwicHNldWRvbnltIjoiLVBSUFJ2UDl2NktSSDlzdWxoVkRKWjhHYkVULXVONHRuOTJ0Yk1NQlhBTy1zWnlFWWNYbmRjVklVSWcifSx7ImlkIjoiQiIsInBzZXVkb255bSI6IlAzRWpMdDVRUF93UmVpOEdkdWs2aV91Y0NVbGYzSC1JQ0kzaGNIWE9YSDhIc0xOQS1YU3JYQnlvalo0In1dLCJwb29sIjoibG9iYnkiLCJncm91cF9zaXplIjoyLCJxdWV1ZSI6InFfQkNPZXowTnBBNThnLXJBekpIN01vcmlWMVV1R3prTWJnSjFUU1NERS1tWmVfbVpjRlMwMTZfbjRoSmQtMTMiLCJtYXRjaGVkX2F0Ijo0MTAyNDQ0ODAwMTIzfQ.1XcWW3qSfRxl15mrpTltthsGKTcyAR88i9nbps3GUX4"
	olderRequeue = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ijc5V25zTmd0IiwidHlwIjoicmVxdWV1ZStqd3QifQ.eyJpc3MiOiJ3YXNtcDJwY2hhdC5zaWduYWxpbmcudjEiLCJhdWQiOlsid2FzbXAycGNoYXQubWF0Y2htYWtpbmcudjEiXSwiZXhwIjo0MTAyNDQ0ODY4LCJqdGkiOiJST09NT0ZCRUZPUkUuMSIsInBzZXVkb255bSI6IlAzRWpMdDVRUF93UmVpOEdkdWs2aV91Y0NVbGYzSC1JQ0kzaGNIWE9YSDhIc0xOQS1YU3JYQnlvalo0IiwiYXZvaWQiOlsiLVBSUFJ2UDl2NktSSDlzdWxoVkRKWjhHYkVULXVONHRuOTJ0Yk1NQlhBTy1zWnlFWWNYbmRjVklVSWciXSwicG9vbCI6ImxvYmJ5IiwiZ3JvdXBfc2l6ZSI6MiwicXVldWUiOiJSTVptSldmVGhDZWE1RHFPclgtbDVxZ0p1MUs0NGktR1JKY0xkR3k3UGpIa2xQNUxXZnZnTVdnMUI4Znlnc3BSIn0.fRUirKwlWzdJJFqVViRPaGq44RF2KgQYoCPRoLyLVpg"
	olderSealed  = "-PRPRvP9v6KRH9sulhVDJZ8GbET-uN4tn92tbMMBXAO-sZyEYcXndcVIUIg" // of alice, as olderRoom shows her
	// unsealedRoom is of a version that did not seal the place.
	unsealedRoom = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ijc5V25zTmd0IiwidHlwIjoicm9vbStqd3QifQ.eyJpc3MiOiJ3YXNtcDJwY2hhdC5tYXRjaG1ha2luZy52MSIsImF1ZCI6WyJ3YXNtcDJwY2hhdC5zaWduYWxpbmcudjEiXSwiZXhwIjo0MTAyNDg4MDAwLCJyb29tIjoicm9vbSIsInNsb3QiOjAsIm1lbWJlcnMiOlt7ImlkIjoiYSIsInBzZXVkb255bSI6InAifSx7ImlkIjoiYiIsInBzZXVkb255bSI6InEifV0sInBvb2wiOiJsb2JieSIsImdyb3VwX3NpemUiOjIsInBsYWNlIjo1LCJzaW5jZSI6NywicmVxdWV1ZXMiOjEsIm1hdGNoZWRfYXQiOjQxMDI0NDQ4MDAwMDB9.XFa23qKGBuPKpWExyCMeypwh86cVyzxECu3IVtJPBOs"
)

var olderMatch = time.Date(2100, 1, 1, 0, 0, 0, 123e6, time.UTC)

// TestOlderRooms verifies tokens of older versions: chats of before an update are
// repaired with them.
func TestOlderRooms(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("b")+"\n"+key("a"))
	alice, bob := ring.Pseudonym("alice"), ring.Pseudonym("bob")
	got, err := ring.VerifyRoom(olderRoom)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Members) != 2 || got.Members[0].Sealed != olderSealed {
		t.Fatalf("shows %+v, want alice sealed as before", got.Members)
	}
	if opened, err := ring.Open(got.Members[1].Sealed); err != nil || opened != bob {
		t.Errorf("bob is shown as %q, %v", opened, err)
	}
	want := token.Room{
		ID: "ROOMOFBEFORE", Slot: 1, Pool: "lobby", Place: 1795374872000005, Since: olderMatch.Add(-7 * time.Second), Requeues: 1, MatchedAt: olderMatch,
		Expires: olderMatch.Add(token.RoomLifetime).Truncate(time.Second),
		Members: []token.Member{{PeerID: "A", Pseudonym: alice, Sealed: olderSealed}, {PeerID: "B", Pseudonym: bob, Sealed: got.Members[1].Sealed}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("room differs (-want +got):\n%s", diff)
	}
	requeued, err := ring.VerifyRequeue(issueRequeue(t, ring, got.Requeue(olderMatch)))
	if err != nil || requeued.Pseudonym != bob || requeued.Avoid[0] != alice || requeued.Place != want.Place || requeued.Count != 2 {
		t.Errorf("its requeue token says %+v, %v", requeued, err)
	}

	unsealed, err := ring.VerifyRoom(unsealedRoom)
	if err != nil || unsealed.Place != 5 || unsealed.Requeues != 1 || !unsealed.Since.Equal(time.UnixMilli(7)) || len(unsealed.Members) != 2 {
		t.Errorf("got %+v, %v", unsealed, err)
	}
}

// TestOlderRequeue verifies a requeue token of an older version.
func TestOlderRequeue(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	got, err := ring.VerifyRequeue(olderRequeue)
	if err != nil {
		t.Fatal(err)
	}
	want := token.Requeue{
		ID: "ROOMOFBEFORE.1", Pseudonym: ring.Pseudonym("bob"), Avoid: []string{ring.Pseudonym("alice")}, Pool: "lobby", GroupSize: 2,
		Place: 1795374872000005, Since: olderMatch.Add(-7 * time.Second), Count: 2,
		Expires: olderMatch.Add(8*time.Second + token.RequeueLifetime).Truncate(time.Second),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requeue differs (-want +got):\n%s", diff)
	}
}

// TestOlderRoomOfOtherPseudonyms verifies an older token after the key of
// pseudonyms was lost: its room goes on, but gives no place back.
func TestOlderRoomOfOtherPseudonyms(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a")+"\npseudonym "+key("p"))
	room, err := ring.VerifyRoom(olderRoom)
	if err != nil || room.Members[0].Sealed != olderSealed || room.Members[0].Pseudonym != "" {
		t.Fatalf("got %+v, %v", room, err)
	}
	if got, err := ring.VerifyRequeue(issueRequeue(t, ring, room.Requeue(olderMatch))); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("its requeue token says %+v, %v, want ErrInvalid", got, err)
	}
}

// TestOlderPseudonym opens a pseudonym that an older version sealed, as lists of
// people to avoid hold it.
func TestOlderPseudonym(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	if got, err := ring.Open(olderSealed); err != nil || got != ring.Pseudonym("alice") {
		t.Errorf("opened %q, %v", got, err)
	}
}
