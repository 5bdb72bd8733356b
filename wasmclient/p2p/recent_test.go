package p2p

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestRecentPeersAreTheNewestOfHalfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var recent recentPeers
		want := func(when string, want ...string) {
			t.Helper()
			if got := recent.list(); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
		}
		want("nobody was met")
		recent.add("old", "")
		time.Sleep(recentFor)
		recent.add("old", "young")
		want("half an hour", "old", "young")
		time.Sleep(time.Nanosecond)
		want("a moment more", "young")

		var newest []string
		for i := range maxRecent {
			newest = append(newest, strconv.Itoa(i))
		}
		recent.add(newest...)
		want("too many", newest...)
		recent.add("one more")
		want("one more", append(newest[1:], "one more")...)
		recent.forget(newest)
		want("forgotten", "one more")
	})
}
