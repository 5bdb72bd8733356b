//go:build !js

package p2p

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

// crowd is a number of people who search at once, and their calls.
type crowd struct {
	keys    *token.Keyring
	clients []*Client
	found   []found
	done    chan int // who has found somebody
	asked   chan struct{}

	mu    sync.Mutex              // guards the following field
	rooms map[string]map[int]bool // who was welcome in a room
}

func newCrowd(t *testing.T, program *faultkit.Program, size int) *crowd {
	t.Helper()
	text, err := os.ReadFile(program.KeyFile())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := token.ParseKeyring(text)
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{
		keys:  keys,
		found: make([]found, size),
		done:  make(chan int, size),
		asked: make(chan struct{}, 1<<20),
		rooms: map[string]map[int]bool{},
	}
	for person := range size {
		machine := newSocketMachine(t)
		t.Cleanup(machine.free)
		watched := &watchedClient{http: machine.line.Client(), crowd: c, person: person}
		c.clients = append(c.clients, NewClient(program.URL(), WithHTTPClient(watched), machine.option()))
	}
	return c
}

// search lets everybody search in the background.
func (c *crowd) search(ctx context.Context) {
	for person, client := range c.clients {
		go func() {
			room, err := client.Find(ctx)
			c.found[person] = found{room, err}
			c.done <- person
		}()
	}
}

// wait returns after a number of calls to the server.
func (c *crowd) wait(t *testing.T, calls int) {
	t.Helper()
	ctx := testContext(t)
	for call := range calls {
		select {
		case <-c.asked:
		case <-ctx.Done():
			t.Fatalf("%d calls, want %d", call, calls)
		}
	}
}

// joined returns the rooms in which both members have had a Welcome.
func (c *crowd) joined() map[string]map[int]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	both := map[string]map[int]bool{}
	for room, people := range c.rooms {
		if len(people) == 2 {
			both[room] = maps.Clone(people) // they come back meanwhile
		}
	}
	return both
}

// paired waits until everybody is in a chat and returns how long that took.
// Everybody must have exactly one partner, and the people in joined the same one
// as before.
func (c *crowd) paired(t *testing.T, what string, joined map[string]map[int]bool) time.Duration {
	t.Helper()
	began := time.Now()
	limit := time.NewTimer(backWithin)
	defer limit.Stop()
	for range c.clients {
		select {
		case <-c.done:
		case <-limit.C:
			t.Fatalf("%s: not everybody is in a chat after %v", what, backWithin)
		}
	}
	took := time.Since(began)
	members := map[string]map[int]bool{}
	for person, found := range c.found {
		if found.err != nil {
			t.Fatalf("%s: person %d: Find: %v", what, person, found.err)
		}
		id := found.room.ID()
		if members[id] == nil {
			members[id] = map[int]bool{}
		}
		members[id][person] = true
	}
	for room, people := range members {
		if len(people) != 2 {
			t.Errorf("%s: %d people in room %s", what, len(people), room)
		}
	}
	for room, people := range joined {
		for person := range people {
			if !members[room][person] {
				t.Errorf("%s: person %d joined %s before and is in %s now", what, person, room, c.found[person].room.ID())
			}
		}
	}
	return took
}

// leave closes every room.
func (c *crowd) leave() {
	var leaving sync.WaitGroup
	for _, found := range c.found {
		leaving.Go(func() { _ = found.room.Close() })
	}
	leaving.Wait()
}

// watchedClient reports to its crowd each call that is sent, and each room whose
// first event arrives.
type watchedClient struct {
	http   *http.Client
	crowd  *crowd
	person int
}

func (w *watchedClient) Do(request *http.Request) (*http.Response, error) {
	w.crowd.asked <- struct{}{}
	response, err := w.http.Do(request)
	if err == nil && path.Base(request.URL.Path) == "JoinRoom" {
		bearer, _ := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
		room, _ := w.crowd.keys.VerifyRoom(bearer)
		response.Body = &watchedBody{ReadCloser: response.Body, first: func() {
			w.crowd.mu.Lock()
			defer w.crowd.mu.Unlock()
			if w.crowd.rooms[room.ID] == nil {
				w.crowd.rooms[room.ID] = map[int]bool{}
			}
			w.crowd.rooms[room.ID][w.person] = true
		}}
	}
	return response, err
}

// watchedBody calls first with the first byte.
type watchedBody struct {
	io.ReadCloser
	first func()
	once  sync.Once
}

func (b *watchedBody) Read(data []byte) (int, error) {
	count, err := b.ReadCloser.Read(data)
	if count > 0 {
		b.once.Do(b.first)
	}
	return count, err
}
