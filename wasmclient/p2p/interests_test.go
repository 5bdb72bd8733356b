//go:build !js

package p2p

import (
	"slices"
	"testing"
)

func TestCommonInterestBringsTogether(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	chess, progress := newStages(), newStages()
	stranger := find(testContext(t), t, NewClient(url), chess.option(), WithInterests("chess"), WithInterestsOnly())
	chess.wait(t, StageWaiting)
	one := find(testContext(t), t, NewClient(url), progress.option(), WithInterests("films", "Music"))
	progress.wait(t, StageWaiting)
	for word, search := range map[string]<-chan found{"music": find(testContext(t), t, NewClient(url), WithInterests("music")), "Music": one} {
		if got := <-search; got.err != nil || got.room.Interest() != word {
			t.Errorf("Find: %v, want a room for %s", got.err, word)
		}
	}
	got := <-find(testContext(t), t, NewClient(url), WithInterests("chess"))
	if other := <-stranger; got.err != nil || other.err != nil || other.room.Interest() != "chess" {
		t.Errorf("Find: %v, %v, want a room for chess", got.err, other.err)
	}
}

func TestChanceHasNoInterest(t *testing.T) {
	t.Parallel()
	if a, _ := pair(t); a.Interest() != "" {
		t.Errorf("interest %q, want none", a.Interest())
	}
}

func TestNextRemembersThePartner(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	clients := []*Client{NewClient(url), NewClient(url)}
	rooms := findAll(t, clients...)
	partner := rooms[0].Peers()[0].Pseudonym
	_ = rooms[0].CloseWith(ByeNext)
	_ = rooms[1].Close()
	if got := clients[0].recent.list(); !slices.Equal(got, []string{partner}) {
		t.Errorf("after NEXT it remembers %v, want the partner %s", got, partner)
	}
	if got := clients[1].recent.list(); got != nil {
		t.Errorf("without NEXT it remembers %v", got)
	}
	_ = rooms[1].CloseWith(ByeNext)
	if got := clients[1].recent.list(); len(got) != 1 {
		t.Errorf("after NEXT in a room that has ended it remembers %v, want the partner", got)
	}
}
