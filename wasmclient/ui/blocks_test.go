package ui

import (
	"slices"
	"strconv"
	"testing"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	var b blocks
	b.add(0) // nobody was met
	b.met(2, "b")
	b.met(1, "a") // found late
	b.add(1)
	b.add(2)
	b.add(2)
	if got := b.list(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%q are blocked", got)
	}
	for i := 3; i < 100; i++ {
		b.met(i, strconv.Itoa(i))
		b.add(i)
	}
	got := b.list()
	if len(got) != maxBlocked || got[0] != strconv.Itoa(100-maxBlocked) || got[maxBlocked-1] != "99" {
		t.Errorf("%d are blocked: %q", len(got), got)
	}
	b.met(100, "new")
	b.add(100)
	b.forget(got)
	if got := b.list(); !slices.Equal(got, []string{"new"}) {
		t.Errorf("%q are blocked after forgetting others", got)
	}
}
