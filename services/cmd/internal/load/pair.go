package load

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// Pairs are people who meet two at a time.
type Pairs struct {
	Network *Network
	Way     people.Way
	// URLs are those of the nodes. The two sides of a pair use different nodes,
	// and each side uses two, if there are enough.
	URLs []string
	// Stay lets the same people meet again and again, over the connections that
	// they have, as people on an open page do.
	Stay bool

	stayed [][2]people.Person // by worker
}

// Run lets pairs meet, some at once, and returns how many milliseconds each took.
// It is called by one goroutine at a time, with the same atOnce.
func (p *Pairs) Run(ctx context.Context, count, atOnce int, progress *Progress) ([]float64, error) {
	if p.Stay && p.stayed == nil {
		for worker := range atOnce {
			two, _ := p.newcomers(worker)
			p.stayed = append(p.stayed, two)
		}
	}
	return Run(ctx, count, atOnce, progress, func(ctx context.Context, worker, number int) error {
		// A pool of their own, so that the two meet each other.
		pool := fmt.Sprintf("pool-%d", worker)
		if p.Stay {
			_, err := people.Meet(ctx, p.Way, pool, p.stayed[worker])
			return err
		}
		two, leave := p.newcomers(number)
		defer leave()
		_, err := people.Meet(ctx, p.Way, pool, two)
		return err
	})
}

func (p *Pairs) newcomers(number int) (two [2]people.Person, leave func()) {
	url := func(i int) string { return p.URLs[(number+i)%len(p.URLs)] }
	var leaves [2]func()
	for i := range two {
		two[i], leaves[i] = p.Network.Newcomer(url(i), url(i+1))
	}
	return two, func() {
		leaves[0]()
		leaves[1]()
	}
}

// newPool returns a name that no other pool has.
func newPool() string { return "pool-" + strings.ToLower(rand.Text()) }
