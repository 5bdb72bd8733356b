package ui

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"slices"
	"strconv"
	"testing"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	var b blocks
	b.add(0, 1) // nobody was met
	b.met(2, somebody("b"))
	b.met(1, somebody("a")) // found late
	b.add(1, 1)
	b.add(2, 1)
	b.add(2, 1)
	if got := b.list(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%q are blocked", got)
	}
	for i := 3; i < 100; i++ {
		b.met(i, somebody(strconv.Itoa(i)))
		b.add(i, 1)
	}
	got := b.list()
	if len(got) != maxBlocked || got[0] != strconv.Itoa(100-maxBlocked) || got[maxBlocked-1] != "99" {
		t.Errorf("%d are blocked: %q", len(got), got)
	}
	b.met(100, somebody("new"))
	b.add(100, 1)
	b.forget(got)
	if got := b.list(); !slices.Equal(got, []string{"new"}) {
		t.Errorf("%q are blocked after forgetting others", got)
	}
}

// somebody is whoever is in slot 1.
func somebody(pseudonym string) []p2p.Peer { return []p2p.Peer{{Pseudonym: pseudonym, Slot: 1}} }
