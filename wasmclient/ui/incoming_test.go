package ui

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestIncoming puts messages faster than a page can show them: the first is posted at once,
// the others in batches, and nothing is lost at the end.
func TestIncoming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		posted := map[time.Duration]int{}
		count, began := 0, time.Now()
		in := newIncoming(gone, func(event Event) {
			if event != (Received{Search: count}) {
				t.Errorf("event %d is %v", count, event)
			}
			count++
			posted[time.Since(began)]++
		})
		const all = MaxMessages
		for i := range all {
			in.put(Received{Search: i})
			synctest.Wait()
		}
		took := time.Since(began)
		close(gone)
		in.close()
		if count != all || time.Since(began) != took {
			t.Errorf("%d posted after %v, want %d after %v", count, time.Since(began), all, took)
		}
		if posted[0] != 1 || posted[messagesRest] != messagesAtOnce || posted[messagesRest+messagesLongRest] != messagesAtOnce || took < 3*messagesLongRest {
			t.Errorf("posted, by time: %v", posted)
		}
	})
}
