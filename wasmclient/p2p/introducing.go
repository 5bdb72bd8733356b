package p2p

import (
	"bytes"
	"context"
	"sync"
)

// introducing keeps the introduction of one ticket current: it makes another one
// on another network, or when ICE servers come late, and gives the server what it
// does not have yet.
type introducing struct {
	settings settings
	servers  *openServers
	outdated chan struct{} // filled when the introduction is no longer good
	reattach func()        // lets the ticket give the server the introduction
	stop     func()        // ends run

	mu      sync.Mutex // guards the following fields
	current *introduction
	epochs  uint32
	given   []byte // what the server was given last, or will be
	sent    int    // how many signals of current it was given first; zero: none
	queued  bool   // the ticket waits
}

func newIntroducing(settings settings, servers *openServers, reattach func()) *introducing {
	return &introducing{settings: settings, servers: servers, outdated: make(chan struct{}, 1), reattach: reattach}
}

// start makes the first introduction and waits for its candidates for a moment:
// those of this machine's own addresses come at once. Then it keeps the
// introduction current until finish. A server that
// lets people connect by relays only passes none on.
func (n *introducing) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	known := n.servers.known() //nolint:contextcheck // the answer is for later searches too
	n.renew()                  //nolint:contextcheck // a connection may outlive the search
	if current := n.latest(); current != nil {
		current.settle(ctx, n.settings.clock)
	}
	done := make(chan struct{})
	n.stop = func() { cancel(); <-done }
	go func() {
		defer close(done)
		n.run(ctx, known)
	}()
}

func (n *introducing) run(ctx context.Context, known bool) {
	var late <-chan struct{}
	if !known {
		late = n.servers.here() //nolint:contextcheck // the answer is for later searches too
	}
	var seen *introduction // whose candidates have been gathered
	for {
		var gathered <-chan struct{}
		current := n.latest()
		if current != nil && current != seen {
			gathered = current.gathered
		}
		select {
		case <-ctx.Done():
			return
		case <-late:
			late = nil
			if ways := n.servers.ways(); len(ways.Servers) == 0 && !ways.RelayOnly {
				continue
			}
			n.renew() //nolint:contextcheck // as above
		case <-n.outdated:
			n.renew() //nolint:contextcheck // as above
		case <-gathered:
			seen = current
		}
		n.update()
	}
}

// renew replaces the introduction by another one, or by none if people connect by
// relays only: an offer without their candidates is worth nothing. Without one the
// ticket is as good, but slower.
func (n *introducing) renew() {
	n.mu.Lock()
	n.epochs++
	epoch, before := n.epochs, n.current
	n.mu.Unlock()
	var fresh *introduction
	if ways := n.settings.ways(n.servers.ways()); !ways.RelayOnly {
		var err error
		if fresh, err = introduce(n.settings, ways, epoch); err != nil {
			return
		}
	}
	n.mu.Lock()
	n.current, n.sent = fresh, 0
	n.mu.Unlock()
	before.close()
}

func (n *introducing) latest() *introduction {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.current
}

// request returns the introduction for a request, which is sent now.
func (n *introducing) request() []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.current == nil {
		return nil
	}
	data, count := n.current.encode()
	if n.given = data; n.sent == 0 {
		n.sent = count
	}
	return data
}

// waits notes that the ticket waits, so that the server can be given what came
// later.
func (n *introducing) waits() {
	n.mu.Lock()
	n.queued = true
	n.mu.Unlock()
	n.update()
}

// update gives the server the introduction if it has another one. Candidates are
// gathered first, because each update is a request.
func (n *introducing) update() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.queued {
		return
	}
	var data []byte
	if n.current != nil {
		select {
		case <-n.current.gathered:
		default:
			return
		}
		data, _ = n.current.encode()
	}
	if !bytes.Equal(data, n.given) {
		n.given = data
		n.reattach()
	}
}

// finish ends the work and returns the introduction, of which the server was
// given as many signals at least, or none.
func (n *introducing) finish() (current *introduction, sent int) {
	n.stop()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.current, n.sent
}
