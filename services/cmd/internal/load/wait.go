package load

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// groupSize is the size of the groups that people wait in: the largest there is.
const groupSize = 8

// WholeGroups returns the least number of people that is not less and can wait:
// that lacks one in each group.
func WholeGroups(people int) int {
	return (people + groupSize - 2) / (groupSize - 1) * (groupSize - 1)
}

// Waiting are people who wait in groups, each of which lacks one.
type Waiting struct {
	Network *Network
	Server  process.Process
	// People is how many wait: WholeGroups of a number.
	People int
	// AtOnce is how many arrive at once.
	AtOnce int
	// Watch is how long they wait, at least one interval of heartbeats (10 s)
	// to see any.
	Watch time.Duration
	// After is how long to watch the server's memory after all have left.
	After time.Duration
}

// Waited is what waiting cost the server. Memory is in bytes (RSS).
type Waited struct {
	People         int     `json:"people"`
	MemoryBefore   float64 `json:"server_rss_before_bytes"`
	MemorySettled  float64 `json:"server_rss_settled_bytes"` // at the end of the watch
	MemoryAfter    float64 `json:"server_rss_after_bytes"`   // the least after all have left
	MemoryEach     float64 `json:"server_rss_each_bytes"`
	CPU            float64 `json:"server_cpu_cores"`    // during the watch
	LeastBeats     int64   `json:"least_heartbeats"`    // that one person saw
	MeanBeats      float64 `json:"mean_heartbeats"`     // that a person saw
	ArriveSeconds  float64 `json:"arrive_seconds"`      // until all waited
	CompleteP50    float64 `json:"complete_p50_ms"`     // for the last member of a group, to be matched
	CompleteP99    float64 `json:"complete_p99_ms"`     //
	AllMatched     int64   `json:"matched"`             // those who waited, and the last members
	MatchedSeconds float64 `json:"all_matched_seconds"` // from the first last member on
}

// crowd counts what those who wait see.
type crowd struct {
	beats   []atomic.Int64 // by person
	matched atomic.Int64
	open    sync.WaitGroup // streams
	failed  context.CancelCauseFunc
	mu      sync.Mutex
	leaves  []func() // guarded by mu
}

// Run lets them come, wait, be matched and leave. Progress lines go to out.
func (w *Waiting) Run(parent context.Context, out io.Writer) (Waited, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	c := &crowd{beats: make([]atomic.Int64, w.People), failed: cancel}
	waited := Waited{People: w.People}
	var err error
	if waited.MemoryBefore, _, err = w.Server.Memory(); err != nil {
		return waited, err
	}
	err = w.arrive(ctx, c, &waited, out)
	if err == nil {
		err = w.watch(ctx, c, &waited)
	}
	if err == nil {
		err = w.complete(ctx, c, &waited, out)
	}
	cancel(nil)
	c.open.Wait()
	for _, leave := range c.leaves {
		leave()
	}
	if err != nil {
		return waited, err
	}
	return waited, w.after(parent, &waited)
}

func (w *Waiting) arrive(ctx context.Context, c *crowd, waited *Waited, out io.Writer) error {
	progress := NewProgress(out, "waiting", w.People)
	defer progress.Stop()
	began := time.Now()
	_, err := Run(ctx, w.People, w.AtOnce, progress, func(_ context.Context, _, number int) error {
		queued := make(chan error, 1)
		c.open.Go(func() {
			if err := w.wait(ctx, c, number, queued); err != nil {
				c.failed(fmt.Errorf("somebody who waits: %w", err))
			}
		})
		return <-queued
	})
	waited.ArriveSeconds = time.Since(began).Seconds()
	return err
}

// wait waits in a group until the match. It tells queued when it has a place.
func (w *Waiting) wait(ctx context.Context, c *crowd, number int, queued chan<- error) (err error) {
	hasPlace := sync.OnceFunc(func() { queued <- err })
	defer hasPlace()
	person, leave := w.Network.Newcomer(w.Server.URL, w.Server.URL)
	c.mu.Lock()
	c.leaves = append(c.leaves, leave)
	c.mu.Unlock()
	stream, err := person.Matchmaking.FindMatch(ctx, arrival(number/(groupSize-1)))
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // it is over
	for stream.Receive() {
		switch {
		case stream.Msg().GetQueued() != nil:
			hasPlace()
		case stream.Msg().GetHeartbeat() != nil:
			c.beats[number].Add(1)
		case stream.Msg().GetMatched() != nil:
			c.matched.Add(1)
			return nil
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := stream.Err(); err != nil {
		return err
	}
	return fmt.Errorf("the stream ended without a match, after %v", stream.Msg())
}

func arrival(group int) *matchmakingv1.FindMatchRequest {
	return &matchmakingv1.FindMatchRequest{
		RequestId: crand.Text(), ClientId: crand.Text(), Pool: fmt.Sprintf("group-%d", group), GroupSize: groupSize,
	}
}

func (w *Waiting) watch(ctx context.Context, c *crowd, waited *Waited) error {
	before, err := w.Server.CPUTime()
	if err != nil {
		return err
	}
	began := time.Now()
	select {
	case <-time.After(w.Watch):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	after, err := w.Server.CPUTime()
	if err != nil {
		return err
	}
	waited.CPU = (after - before) / float64(time.Since(began).Microseconds())
	if waited.MemorySettled, _, err = w.Server.Memory(); err != nil {
		return err
	}
	waited.MemoryEach = (waited.MemorySettled - waited.MemoryBefore) / float64(w.People)
	waited.LeastBeats = c.beats[0].Load()
	for i := range c.beats {
		beats := c.beats[i].Load()
		waited.LeastBeats = min(waited.LeastBeats, beats)
		waited.MeanBeats += float64(beats) / float64(w.People)
	}
	return nil
}

// complete brings the last member of each group, and waits until all are matched.
func (w *Waiting) complete(ctx context.Context, c *crowd, waited *Waited, out io.Writer) error {
	groups := w.People / (groupSize - 1)
	progress := NewProgress(out, "groups completed", groups)
	defer progress.Stop()
	began := time.Now()
	took, err := Run(ctx, groups, w.AtOnce, progress, func(ctx context.Context, _, number int) error {
		person, leave := w.Network.Newcomer(w.Server.URL, w.Server.URL)
		defer leave()
		stream, err := person.Matchmaking.FindMatch(ctx, arrival(number))
		if err != nil {
			return fmt.Errorf("the last member: %w", err)
		}
		defer stream.Close() //nolint:errcheck // it is over
		for stream.Receive() {
			if stream.Msg().GetMatched() != nil {
				c.matched.Add(1)
				return nil
			}
		}
		return fmt.Errorf("the last member is not matched: %w", stream.Err())
	})
	if err != nil {
		return err
	}
	c.open.Wait()
	waited.MatchedSeconds = time.Since(began).Seconds()
	if waited.AllMatched = c.matched.Load(); waited.AllMatched != int64(w.People+groups) {
		return fmt.Errorf("%d of %d are matched: %w", waited.AllMatched, w.People+groups, context.Cause(ctx))
	}
	waited.CompleteP50, waited.CompleteP99 = stats.Quantile(took, 0.5), stats.Quantile(took, 0.99)
	return nil
}

// after watches the server's memory until it is time, and keeps the least.
func (w *Waiting) after(ctx context.Context, waited *Waited) error {
	waited.MemoryAfter = waited.MemorySettled
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for over := time.After(w.After); ; {
		memory, _, err := w.Server.Memory()
		if err != nil {
			return err
		}
		waited.MemoryAfter = min(waited.MemoryAfter, memory)
		select {
		case <-ticker.C:
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
