package token_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// TestPlacesAreSealed checks that a bearer cannot read when anybody came into the
// queue, nor pseudonyms, and gets the same token each time.
func TestPlacesAreSealed(t *testing.T) {
	t.Parallel()
	keys := keyring(t, key("a"))
	since := time.UnixMilli(1_234_567_890_123)
	room := token.Room{
		ID: "room", Members: []token.Member{{PeerID: "a", Pseudonym: "person a"}, {PeerID: "b", Pseudonym: "person b"}}, Pool: "lobby",
		Place: 987_654_321_098_765, Since: since, Requeues: 77, MatchedAt: time.Now(),
	}
	now := room.MatchedAt.Truncate(time.Second)
	issue := map[string]func() (string, error){
		"room":    func() (string, error) { return keys.IssueRoom(room) },
		"requeue": func() (string, error) { return keys.IssueRequeue(room.Requeue(room.MatchedAt)) },
	}
	for name, issue := range issue {
		text, err := issue()
		if err != nil {
			t.Fatal(err)
		}
		content, err := base64.RawURLEncoding.DecodeString(contentOf(t, text))
		if err != nil {
			t.Fatal(err)
		}
		for _, near := range []time.Time{now, now.Add(token.RequeueLifetime)} {
			for secret, encoded := range map[string][]byte{
				"place": binary.AppendVarint(nil, near.UnixMicro()-room.Place), "since": binary.AppendUvarint(nil, uint64(near.Add(time.Second).Sub(since).Milliseconds())),
				"pseudonym": []byte("person"),
			} {
				if bytes.Contains(content, encoded) {
					t.Errorf("%s: the bearer reads %s in %q", name, secret, content)
				}
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
