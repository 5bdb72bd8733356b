package token

import (
	"testing"
	"time"
)

func BenchmarkIssueRoom(b *testing.B) {
	ring, room := benchmarkRoom(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.IssueRoom(room); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerifyRoom verifies a token that is seen for the first time, and one
// that is remembered.
func BenchmarkVerifyRoom(b *testing.B) {
	ring, room := benchmarkRoom(b)
	text, err := ring.IssueRoom(room)
	if err != nil {
		b.Fatal(err)
	}
	for name, forget := range map[string]func(*verified){
		"new": func(v *verified) { v.new = nil }, "remembered": func(*verified) {},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				forget(&ring.current().verified)
				if _, err := ring.VerifyRoom(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchmarkRoom(b *testing.B) (*Keyring, Room) {
	ring, err := ParseKeyring(NewKeyFile())
	if err != nil {
		b.Fatal(err)
	}
	const id = "xP-0aB3dE6gH9jK2mN5_Qw"
	return ring, Room{
		ID: id, Pool: "lobby", Place: time.Now().UnixMicro(), Since: time.Now(), MatchedAt: time.Now(), Members: []Member{
			{PeerID: id[:10] + "0", Pseudonym: ring.Pseudonym("a")}, {PeerID: id[:10] + "1", Pseudonym: ring.Pseudonym("b")},
		},
	}
}
