package iceserver_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]iceserver.Server{
		"stun:stun.example.org":                          {URLs: []string{"stun:stun.example.org"}},
		"stun:[2001:db8::1]:3478":                        {URLs: []string{"stun:[2001:db8::1]:3478"}},
		"turn:alice:secret@turn.example.org:3478":        {URLs: []string{"turn:turn.example.org:3478"}, Username: "alice", Credential: "secret"},
		"turns:a%3Ab:c%40d@192.0.2.1?transport=tcp":      {URLs: []string{"turns:192.0.2.1?transport=tcp"}, Username: "a:b", Credential: "c@d"},
		"turn:1795375072:alice@turn.example.org:3478":    {URLs: []string{"turn:turn.example.org:3478"}, Username: "1795375072", Credential: "alice"},
		"turn:alice:with:colons@turn.example.org:3478":   {URLs: []string{"turn:turn.example.org:3478"}, Username: "alice", Credential: "with:colons"},
		"stuns:stun.example.org:5349":                    {URLs: []string{"stuns:stun.example.org:5349"}},
		"turn:alice:p@ss@turn.example.org?transport=udp": {URLs: []string{"turn:turn.example.org?transport=udp"}, Username: "alice", Credential: "p@ss"},
	} {
		got, err := iceserver.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "stun.example.org", "https://example.org", "stun:", "stun:host:port:more", "stun:host/path",
		"turn:turn.example.org", "turn:alice@turn.example.org", "turn:alice:%zzsecret@turn.example.org", "turn:alice:secret@",
	} {
		_, err := iceserver.Parse(text)
		if err == nil {
			t.Errorf("%q: no error", text)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error holds the credential: %v", text, err)
		}
	}
}
