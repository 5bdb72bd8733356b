package schedule_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/schedule"
)

func TestCall(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(lock sync.Locker, c *schedule.Call, act func())
		want int
	}{
		{"runs once", func(lock sync.Locker, c *schedule.Call, act func()) { c.After(lock, time.Second, act) }, 1},
		{"stopped", func(lock sync.Locker, c *schedule.Call, act func()) {
			c.After(lock, time.Second, act)
			c.Stop()
			c.Stop()
		}, 0},
		{"scheduled again", func(lock sync.Locker, c *schedule.Call, act func()) {
			c.After(lock, time.Second, func() { panic("replaced") })
			c.After(lock, 2*time.Second, act)
		}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					lock sync.Mutex
					c    schedule.Call
					ran  int
				)
				lock.Lock()
				test.do(&lock, &c, func() { ran++ })
				lock.Unlock()
				time.Sleep(time.Minute)
				lock.Lock()
				defer lock.Unlock()
				if ran != test.want {
					t.Errorf("ran %d times, want %d", ran, test.want)
				}
			})
		})
	}
}

// TestStoppedInTime stops a call whose timer has fired and waits for the lock.
func TestStoppedInTime(t *testing.T) {
	t.Parallel()
	var (
		lock sync.Mutex
		c    schedule.Call
	)
	lock.Lock()
	c.After(&lock, 0, func() { t.Error("ran after it was stopped") })
	time.Sleep(10 * time.Millisecond)
	c.Stop()
	lock.Unlock()
	time.Sleep(10 * time.Millisecond)
}
