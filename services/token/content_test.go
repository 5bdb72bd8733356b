package token_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// realistic is a room with ids and a place as the engines make them, of people
// who waited as long as they may.
func realistic(ring *token.Keyring, members int, pool string) token.Room {
	matchedAt := time.Now()
	room := token.Room{
		ID: "xP-0aB3dE6gH9jK2mN5_Qw", Pool: pool, Introduced: 1<<members - 1, Requeues: 2, MatchedAt: matchedAt, Slot: members - 1,
		Since: matchedAt.Add(-34 * time.Minute).Truncate(time.Millisecond), Place: matchedAt.AddDate(-8, 0, 0).UnixMicro(),
	}
	for slot := range members {
		room.Members = append(room.Members, token.Member{PeerID: fmt.Sprint("xP-0aB3dE6", slot), Pseudonym: ring.Pseudonym(fmt.Sprint(slot))})
	}
	return room
}

// TestRoomTokensAreShort holds IssueRoom to the sizes it promises.
func TestRoomTokensAreShort(t *testing.T) {
	t.Parallel()
	ring := keyring(t, string(token.NewKeyFile()))
	for _, test := range []struct {
		members int
		pool    string
		most    int
	}{
		{2, "lobby", 304},
		{2, "sixteen-letters_", 320},
		{2, "fifteen-letters", 320},
		{2, "sixteen.letters_", 328},
		{2, strings.Repeat("a", 64), 320 + 48*4/3},
		{3, "sixteen-letters_", 320 + 33},
		{8, "sixteen-letters_", 320 + 6*33},
		{8, strings.Repeat("a.", 32), 608},
	} {
		if got := len(issue(t, ring, realistic(ring, test.members, test.pool))); got > test.most {
			t.Errorf("%d members in %q: %d characters, want %d at most", test.members, test.pool, got, test.most)
		}
	}
}

// TestContents issues and verifies rooms of all kinds.
func TestContents(t *testing.T) {
	t.Parallel()
	file := string(token.NewKeyFile())
	ring, other := keyring(t, file), keyring(t, file)
	rooms := map[string]token.Room{"nothing but what it must have": {ID: "r", Members: []token.Member{{PeerID: "a"}}, MatchedAt: time.Unix(1<<32, 0)}}
	for members := 1; members <= token.MaxMembers; members++ {
		for slot := range members {
			room := realistic(ring, members, "lobby")
			room.Slot, room.Introduced = slot, uint8(members*37+slot)
			rooms[fmt.Sprintf("slot %d of %d", slot, members)] = room
		}
	}
	for name, id := range map[string]string{
		"no base64url": "a.b|c d", "hexadecimal": "0123456789abcdef0123456789abcdef", "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		"line breaks": "ab\ncd\r\n\n", "long": strings.Repeat("long-", 50), "Unicode": "\u90e8\u5c4b",
	} {
		for form, peer := range map[string]string{"like the room": id + "0", "the room": id, "unlike it": "+" + id, "a part of it": id[:2]} {
			room := realistic(ring, 2, id)
			room.ID, room.Members[0].PeerID = id, peer
			rooms["ids with "+name+", a peer "+form] = room
		}
	}
	for name, want := range rooms {
		text := issue(t, ring, want)
		want.MatchedAt = want.MatchedAt.Truncate(time.Second)
		want.Expires = want.MatchedAt.Add(token.RoomLifetime)
		for slot := range want.Members {
			if member := &want.Members[slot]; member.Pseudonym != "" {
				member.Sealed = ring.Seal(want.ID, member.PeerID, member.Pseudonym)
			}
		}
		for who, ring := range map[string]*token.Keyring{"the issuer": ring, "another node": other} {
			got, err := ring.VerifyRoom(text)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s, %s: %v, differs (-want +got):\n%s", name, who, err, diff)
			}
		}
	}
}

// TestIncompleteRooms checks that no token is issued that would not be accepted.
func TestIncompleteRooms(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	for name, spoil := range map[string]func(*token.Room){
		"no id":                       func(r *token.Room) { r.ID = "" },
		"nobody":                      func(r *token.Room) { r.Members = nil },
		"nine":                        func(r *token.Room) { r.Members = make([]token.Member, 9) },
		"no such slot":                func(r *token.Room) { r.Slot = 2 },
		"a slot below 0":              func(r *token.Room) { r.Slot = -1 },
		"a nameless member":           func(r *token.Room) { r.Members[1].PeerID = "" },
		"pseudonyms of other lengths": func(r *token.Room) { r.Members[1].Pseudonym = "p" },
	} {
		room := room(time.Now())
		spoil(&room)
		if _, err := ring.IssueRoom(room); err == nil {
			t.Errorf("%s: issued", name)
		}
	}
}

// contentOf returns the claim that holds all but audience and expiry.
func contentOf(t *testing.T, text string) string {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(text, claims); err != nil {
		t.Fatal(err)
	}
	content, is := claims["c"].(string)
	if !is || len(claims) != 3 {
		t.Fatalf("claims %v, want audience, expiry and content", claims)
	}
	return content
}

// TestTampering changes each character of a token.
func TestTampering(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	texts := map[string]func(string) error{
		issue(t, ring, room(time.Now())):                            func(text string) error { _, err := ring.VerifyRoom(text); return err },
		issueRequeue(t, ring, room(time.Now()).Requeue(time.Now())): func(text string) error { _, err := ring.VerifyRequeue(text); return err },
	}
	for text, verify := range texts {
		if err := verify(text); err != nil {
			t.Fatal(err)
		}
		for i := range text {
			changed := byte('A')
			if text[i] == 'A' {
				changed = 'Q' // the other bit of a last character would be ignored
			}
			if text[i] == changed || i == len(text)-1 && text[i]&^3 == changed&^3 {
				continue
			}
			if err := verify(text[:i] + string(changed) + text[i+1:]); !errors.Is(err, token.ErrInvalid) {
				t.Errorf("another character at %d of %s: %v, want ErrInvalid", i, text, err)
			}
			if err := verify(text[:i]); !errors.Is(err, token.ErrInvalid) {
				t.Errorf("the first %d of %s: %v, want ErrInvalid", i, text, err)
			}
		}
	}
}

// TestTransplants signs contents, with the genuine key, that were put together
// from two genuine ones, or changed, or belong to another token.
func TestTransplants(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	mine := room(time.Now())
	theirs := mine
	theirs.ID, theirs.Place = "RooM", mine.Place+1
	decoded := func(text string) string {
		raw, err := base64.RawURLEncoding.DecodeString(contentOf(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	verify := func(content string, expires time.Time) error {
		_, err := ring.VerifyRoom(signed(t, "room", jwt.SigningMethodHS256, jwt.MapClaims{
			"aud": "sig", "exp": expires.Unix(), "c": base64.RawURLEncoding.EncodeToString([]byte(content)),
		}))
		return err
	}
	expires := mine.MatchedAt.Add(token.RoomLifetime)
	a, b := decoded(issue(t, ring, mine)), decoded(issue(t, ring, theirs))
	if err := errors.Join(verify(a, expires), verify(b, expires)); err != nil || len(a) != len(b) {
		t.Fatalf("contents as they were: %v", err)
	}
	for cut := 1; cut < len(a); cut++ {
		for _, mixed := range []string{a[:cut] + b[cut:], b[:cut] + a[cut:]} {
			if err := verify(mixed, expires); mixed != a && mixed != b && !errors.Is(err, token.ErrInvalid) {
				t.Errorf("mixed at %d: %v, want ErrInvalid", cut, err)
			}
		}
		if err := verify(a[:cut], expires); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("cut at %d: %v, want ErrInvalid", cut, err)
		}
	}
	for i := range a {
		if err := verify(a[:i]+string(rune(a[i]&0x7f^1))+a[i+1:], expires); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("another byte at %d: %v, want ErrInvalid", i, err)
		}
	}
	for name, err := range map[string]error{
		"with more at its end":       verify(a+"more", expires),
		"of another expiry":          verify(a, expires.Add(time.Second)),
		"of a requeue token":         verify(decoded(issueRequeue(t, ring, mine.Requeue(expires.Add(-token.RequeueLifetime)))), expires),
		"of another service's token": verify(decoded(issue(t, keyring(t, key("b")), mine)), expires),
	} {
		if !errors.Is(err, token.ErrInvalid) {
			t.Errorf("a content %s: %v, want ErrInvalid", name, err)
		}
	}
}

// FuzzContent signs contents that no version issued: verifying them never
// panics, and none passes.
func FuzzContent(f *testing.F) {
	ring, err := token.ParseKeyring([]byte(key("a")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte("\x39\x08room\x0alobby\x01a\x01b and a box that was not sealed"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xff\x7f"))
	f.Fuzz(func(t *testing.T, content []byte) {
		claims := func(audience string) jwt.MapClaims {
			return jwt.MapClaims{"aud": audience, "exp": time.Now().Add(time.Hour).Unix(), "c": base64.RawURLEncoding.EncodeToString(content)}
		}
		if got, err := ring.VerifyRoom(signed(t, "room", jwt.SigningMethodHS256, claims("sig"))); err == nil {
			t.Errorf("%q passed as %+v", content, got)
		}
		if got, err := ring.VerifyRequeue(signed(t, "requeue", jwt.SigningMethodHS256, claims("match"))); err == nil {
			t.Errorf("%q passed as %+v", content, got)
		}
	})
}
