package load

import (
	"context"
	"sync"
	"time"
)

// A Job is one of many: it has a number, and runs in a worker, which does one
// job at a time.
type Job func(ctx context.Context, worker, number int) error

// Run does a number of jobs, some at once, and returns how many milliseconds
// each took. It ends with the first error. Progress may be nil.
func Run(ctx context.Context, count, atOnce int, progress *Progress, job Job) ([]float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	took, numbers := make([]float64, count), make(chan int)
	for worker := range min(atOnce, count) {
		workers.Go(func() {
			for number := range numbers {
				began := time.Now()
				if err := job(ctx, worker, number); err != nil {
					cancel(err)
					return
				}
				took[number] = milliseconds(time.Since(began))
				progress.Add(1)
			}
		})
	}
	for number := range count {
		select {
		case numbers <- number:
		case <-ctx.Done():
		}
	}
	close(numbers)
	workers.Wait()
	return took, context.Cause(ctx)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
