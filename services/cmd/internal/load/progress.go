package load

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// A Progress is a line that says how many things are done, written again and
// again over itself. Nil does nothing. Safe for concurrent use.
type Progress struct {
	done atomic.Int64
	stop func()
}

// NewProgress writes the line until Stop, which clears it.
func NewProgress(w io.Writer, what string, of int) *Progress {
	const pause = 200 * time.Millisecond
	p := &Progress{}
	ended := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		ticker := time.NewTicker(pause)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				fmt.Fprintf(w, "\r\x1b[K%s: %d of %d", what, p.done.Load(), of)
			case <-ended:
				fmt.Fprint(w, "\r\x1b[K")
				return
			}
		}
	})
	p.stop = sync.OnceFunc(func() {
		close(ended)
		writing.Wait()
	})
	return p
}

// Add says that more is done.
func (p *Progress) Add(count int64) {
	if p != nil {
		p.done.Add(count)
	}
}

// Stop clears the line.
func (p *Progress) Stop() {
	if p != nil {
		p.stop()
	}
}
