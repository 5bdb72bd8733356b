package token_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func keyring(t *testing.T, text string) *token.Keyring {
	t.Helper()
	ring, err := token.ParseKeyring([]byte(text))
	if err != nil {
		t.Fatalf("parse keyring: %v", err)
	}
	return ring
}

func key(letter string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

func room(matchedAt time.Time) token.Room {
	return token.Room{
		ID:        "room",
		Slot:      1,
		Members:   []token.Member{{PeerID: "a", Pseudonym: "person a"}, {PeerID: "b", Pseudonym: "person b"}},
		Pool:      "lobby",
		Place:     1795374872000000,
		Requeues:  1,
		MatchedAt: matchedAt,
	}
}

func issue(t *testing.T, ring *token.Keyring, room token.Room) string {
	t.Helper()
	text, err := ring.IssueRoom(room)
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	return text
}

func TestRoomRoundTrip(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	want := room(time.Now().Truncate(time.Second))
	want.Since = time.UnixMilli(want.MatchedAt.UnixMilli() + 123)
	got, err := ring.VerifyRoom(issue(t, ring, want))
	if err != nil {
		t.Fatal(err)
	}
	want.Expires = want.MatchedAt.Add(token.RoomLifetime)
	for slot := range want.Members {
		member := &want.Members[slot]
		member.Sealed = ring.Seal(want.ID, member.PeerID, member.Pseudonym)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("room differs (-want +got):\n%s", diff)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	for name, test := range map[string]struct {
		age  time.Duration
		want error
	}{
		"fresh":             {0, nil},
		"inside the leeway": {token.RoomLifetime + 30*time.Second, nil},
		"past the leeway":   {token.RoomLifetime + 62*time.Second, token.ErrExpired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ring.VerifyRoom(issue(t, ring, room(time.Now().Add(-test.age)))); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before := keyring(t, key("a"))
	during := keyring(t, key("b")+"\n"+key("a"))
	after := keyring(t, key("b"))
	text := issue(t, before, room(time.Now()))
	if _, err := during.VerifyRoom(text); err != nil {
		t.Errorf("a token of the older key: %v", err)
	}
	if _, err := after.VerifyRoom(text); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("a token of a key that is gone: %v, want ErrInvalid", err)
	}
	if _, err := after.VerifyRoom(issue(t, during, room(time.Now()))); err != nil {
		t.Errorf("a token of the first key: %v", err)
	}
}

// TestForgeries verifies tokens that were built from parts of a valid one.
func TestForgeries(t *testing.T) {
	t.Parallel()
	ring := keyring(t, key("a"))
	good := issue(t, ring, room(time.Now()))
	parts := strings.Split(good, ".")
	header := func(change func(map[string]any)) string {
		var fields map[string]any
		raw, err := base64.RawURLEncoding.DecodeString(parts[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		change(fields)
		raw, err = json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	unsigned := header(func(h map[string]any) { h["alg"] = "none" })
	otherKind := header(func(h map[string]any) { h["typ"] = "requeue" })
	signedByMaster, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{}).SignedString([]byte(strings.Repeat("a", 32)))
	if err != nil {
		t.Fatal(err)
	}
	payload := func(change func(jwt.MapClaims)) jwt.MapClaims {
		claims := jwt.MapClaims{}
		if _, _, err := jwt.NewParser().ParseUnverified(good, claims); err != nil {
			t.Fatal(err)
		}
		change(claims)
		return claims
	}
	same := func(jwt.MapClaims) {}
	if _, err := ring.VerifyRoom(signed(t, "room", jwt.SigningMethodHS256, payload(same))); err != nil {
		t.Errorf("signed with the key of room tokens: %v", err)
	}
	for name, text := range map[string]string{
		"another kind, signed":       signed(t, "requeue", jwt.SigningMethodHS256, payload(same)),
		"another algorithm, signed":  signed(t, "room", jwt.SigningMethodHS384, payload(same)),
		"another audience, signed":   signed(t, "room", jwt.SigningMethodHS256, payload(func(c jwt.MapClaims) { c["aud"] = "match" })),
		"an issuer, signed":          signed(t, "room", jwt.SigningMethodHS256, payload(func(c jwt.MapClaims) { c["iss"] = "wasmp2pchat.matchmaking.v1" })),
		"the older audience, signed": signed(t, "room", jwt.SigningMethodHS256, payload(func(c jwt.MapClaims) { c["aud"] = "wasmp2pchat.signaling.v1" })),
		"no content, signed":         signed(t, "room", jwt.SigningMethodHS256, payload(func(c jwt.MapClaims) { delete(c, "c") })),
		"for ever, signed":           signed(t, "room", jwt.SigningMethodHS256, payload(func(c jwt.MapClaims) { delete(c, "exp") })),

		"empty":                 "",
		"rubbish":               "rubbish",
		"two parts":             parts[0] + "." + parts[1],
		"no signature":          parts[0] + "." + parts[1] + ".",
		"algorithm none":        unsigned + "." + parts[1] + ".",
		"another kind":          otherKind + "." + parts[1] + "." + parts[2],
		"another payload":       parts[0] + "." + strings.Split(issue(t, ring, room(time.Now().Add(time.Hour))), ".")[1] + "." + parts[2],
		"the key itself signed": signedByMaster,
		"another service's key": issue(t, keyring(t, key("b")), room(time.Now())),
		"endless":               parts[0] + "." + strings.Repeat("A", 1<<20) + "." + parts[2],
	} {
		if _, err := ring.VerifyRoom(text); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%s: error %v, want ErrInvalid", name, err)
		}
	}
}

// signed returns a token signed with the subkey of room tokens of key("a").
func signed(t testing.TB, kind string, method jwt.SigningMethod, claims jwt.MapClaims) string {
	t.Helper()
	master := []byte(strings.Repeat("a", 32))
	derive := func(purpose string) []byte {
		derived, err := hkdf.Key(sha256.New, master, nil, "wasmp2pchat "+purpose, 32)
		if err != nil {
			t.Fatal(err)
		}
		return derived
	}
	unsigned := jwt.NewWithClaims(method, claims)
	unsigned.Header["typ"], unsigned.Header["kid"] = kind, base64.RawURLEncoding.EncodeToString(derive("key id")[:3])
	text, err := unsigned.SignedString(derive("room token"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func FuzzVerifyRoom(f *testing.F) {
	ring, err := token.ParseKeyring([]byte(key("a")))
	if err != nil {
		f.Fatal(err)
	}
	good, err := ring.IssueRoom(room(time.Now()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(strings.ToUpper(good))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ring.VerifyRoom(text)
		if err == nil && (got.ID != "room" || got.Slot != 1 || len(got.Members) != 2 || got.Members[1].PeerID != "b") {
			t.Errorf("%q passed as %+v, which nobody signed", text, got)
		}
	})
}

func TestParseKeyring(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want string // in the error; empty: none
	}{
		"base64":              {key("a"), ""},
		"base64 without end":  {strings.TrimRight(key("a"), "="), ""},
		"hexadecimal":         {strings.Repeat("0f", 32), ""},
		"comments and blanks": {"# keys\n\n" + key("a") + "\r\n", ""},
		"made by the program": {string(token.NewKeyFile()), ""},
		"byte order mark":     {"\ufeff" + key("a"), ""},
		"zeros":               {key("a") + "\n" + key("\x00"), "line 2: is all zeros"},
		"empty":               {"", "no key"},
		"only a pseudonym":    {"pseudonym " + key("a"), "no key"},
		"short":               {"c2hvcnQ=", "line 1: has 5 bytes"},
		"rubbish":             {key("a") + "\n!!!", "line 2: is neither"},
		"endless":             {strings.Repeat("A", 1<<20), "token too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := token.ParseKeyring([]byte(test.text))
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestDefaultPseudonymKey checks that the last key names clients if no line says
// which does, so that a key put above it changes no name.
func TestDefaultPseudonymKey(t *testing.T) {
	t.Parallel()
	want := keyring(t, key("b")+"\npseudonym "+key("b")).Pseudonym("client")
	for _, text := range []string{key("b"), key("a") + "\n" + key("b"), key("c") + "\n" + key("a") + "\n" + key("b")} {
		if got := keyring(t, text).Pseudonym("client"); got != want {
			t.Errorf("%d keys: the last one does not name the client", strings.Count(text, "\n")+1)
		}
	}
}

func TestPseudonyms(t *testing.T) {
	t.Parallel()
	before := keyring(t, key("a")+"\npseudonym "+key("p"))
	rotated := keyring(t, key("b")+"\npseudonym "+key("p"))
	name := before.Pseudonym("client")
	switch {
	case name != rotated.Pseudonym("client"):
		t.Error("a pseudonym changed with the token keys")
	case name == before.Pseudonym("another client"):
		t.Error("two clients have one pseudonym")
	case name == before.ThrowAwayPseudonym("client"):
		t.Error("a request id passes for a client id")
	}
	first, second := before.Seal("room", "peer", name), before.Seal("room2", "peer", name)
	for other, sealed := range map[string]string{
		"in another room": second, "as another member": before.Seal("room", "peer2", name),
		"with the ids' border moved": before.Seal("roomp", "eer", name), "for another person": before.Seal("room", "peer", before.Pseudonym("another client")),
	} {
		if first[:16] == sealed[:16] {
			t.Errorf("%s: sealed with the same nonce", other)
		}
	}
	if rotated.Seal("room", "peer", name) != first {
		t.Error("sealed another way the second time")
	}
	for _, sealed := range []string{first, second} {
		if got, err := rotated.Open(sealed); err != nil || got != name {
			t.Errorf("opened %q, error %v, want %q", got, err, name)
		}
	}
	for _, sealed := range []string{"", "!", "AAAA", first[:len(first)-4] + "AAAA", strings.Repeat("A", 200)} {
		if _, err := before.Open(sealed); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("open %q: %v, want ErrInvalid", sealed, err)
		}
	}
}

// TestKeyFileIsMadeOnce calls LoadOrMakeKeyFile many times at once.
func TestKeyFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "token.keys")
	text := make(chan string, 16)
	var group sync.WaitGroup
	for range cap(text) {
		group.Go(func() {
			ring, err := token.LoadOrMakeKeyFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			text <- ring.Pseudonym("client")
		})
	}
	group.Wait()
	close(text)
	first := <-text
	for other := range text {
		if other != first {
			t.Error("two callers have different keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".keys-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDangerousKeyFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(path, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]string{0o600: "", 0o644: "", 0o440: "", 0o666: "anybody can write", 0o602: "anybody can write"} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := token.LoadKeyFile(path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("mode %v: error %v, want %q", mode, err, want)
		}
	}
	if _, err := token.LoadKeyFile("/dev/zero"); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("/dev/zero: error %v, want that it is too long", err)
	}
}

func TestBadKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(path, []byte("secret rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := token.LoadOrMakeKeyFile(path)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v, want one that does not show the content", err)
	}
	if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, []byte("secret rubbish")) {
		t.Errorf("the file was touched: %q, %v", text, err)
	}
	if _, err := token.LoadKeyFile(path + ".missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that there is no file", err)
	}
}
