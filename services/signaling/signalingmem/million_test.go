package signalingmem_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingtest"
)

const crowds = 4 // goroutines that meet in the same rooms

// TestMillionOperations lets crowds use thousands of rooms at the same time
// and proves that nothing of it stays. With -short it is a fifth of a million.
func TestMillionOperations(t *testing.T) {
	t.Parallel()
	doings := 1_000_000 / crowds // of each
	if testing.Short() {
		doings /= 5
	}
	synctest.Test(t, func(t *testing.T) {
		engine := signalingmem.New(signalingmem.Config{Limits: signaling.Limits{MaxRooms: 1000, MaxRoomsPerOwner: 400, MaxBytes: 1 << 20, MaxBytesPerOwner: 1 << 19}})
		most := 0
		var all sync.WaitGroup
		for seed := range uint64(crowds) {
			all.Go(func() {
				c := signalingtest.NewCrowd(engine, time.Now, 100, seed)
				for n := range doings {
					if err := c.Do(n); err != nil {
						t.Errorf("crowd %d, operation %d: %v", seed, n, err)
						return
					}
					if n%1000 == 0 {
						time.Sleep(time.Duration(c.Random.IntN(4000)) * time.Millisecond)
					}
				}
				c.Close()
			})
		}
		for range 100 {
			time.Sleep(time.Second)
			most = max(most, engine.Held())
		}
		all.Wait()
		time.Sleep(2*signaling.Retention + time.Second) // a room may close just before it is forgotten
		if held := engine.Held(); held != 0 || most < 1000 {
			t.Errorf("%d things are held after everything ended, %d before, want none, thousands", held, most)
		}
	})
}
