package roundtrips

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Native measures the SDK with pion, in this process. The URL is that of the
// server, by the paths: the second person starts while the first one waits.
func Native(ctx context.Context, url string) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pool := p2p.WithPool("pool-" + strings.ToLower(rand.Text()))
	waits := make(chan struct{})
	tell := sync.OnceFunc(func() { close(waits) })
	type found struct {
		room *p2p.Room
		err  error
	}
	first := make(chan found, 1)
	go func() {
		room, err := p2p.NewClient(url).Find(ctx, pool, p2p.WithProgress(func(now p2p.Progress) {
			if now.Stage == p2p.StageWaiting {
				tell()
			}
		}))
		tell()
		first <- found{room, err}
	}()
	<-waits
	began := time.Now()
	second, err := p2p.NewClient(url).Find(ctx, pool)
	took := time.Since(began)
	if err != nil {
		cancel() // or the first one would wait on
	}
	met := <-first
	for _, room := range []*p2p.Room{second, met.room} {
		if room != nil {
			_ = room.Close()
		}
	}
	if err := errors.Join(err, met.err); err != nil {
		return 0, fmt.Errorf("meet natively: %w", err)
	}
	return took, nil
}
