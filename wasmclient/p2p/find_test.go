//go:build !js

package p2p

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// withClock changes waiting times.
func withClock(change func(*timeouts)) Option {
	return func(s *settings) { change(&s.clock) }
}

// stages records the progress of a Find.
type stages struct {
	mu      sync.Mutex
	seen    []Stage
	reports chan Progress
}

func newStages() *stages { return &stages{reports: make(chan Progress, 1000)} }

func (s *stages) option() Option {
	return WithProgress(func(now Progress) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, now.Stage)
		s.reports <- now
	})
}

// next returns the next progress.
func (s *stages) next(t *testing.T) Progress {
	t.Helper()
	select {
	case now := <-s.reports:
		return now
	case <-testContext(t).Done():
		t.Fatalf("no progress after %v", s.seen)
		return Progress{}
	}
}

// wait returns the next progress of that stage.
func (s *stages) wait(t *testing.T, stage Stage) Progress {
	t.Helper()
	for {
		if now := s.next(t); now.Stage == stage {
			return now
		}
	}
}

type found struct {
	room *Room
	err  error
}

// find searches in the background.
func find(ctx context.Context, t *testing.T, client *Client, options ...Option) <-chan found {
	t.Helper()
	result := make(chan found, 1)
	go func() {
		room, err := client.Find(ctx, options...)
		if room != nil {
			t.Cleanup(func() { _ = room.Close() })
		}
		result <- found{room, err}
	}()
	return result
}

// together fails unless both searches found the same room.
func together(t *testing.T, one, other <-chan found) {
	t.Helper()
	a, b := <-one, <-other
	if a.err != nil || b.err != nil {
		t.Fatalf("Find: %v, %v", a.err, b.err)
	}
	if a.room.ID() != b.room.ID() {
		t.Errorf("rooms %s and %s, want the same", a.room.ID(), b.room.ID())
	}
}

func TestProgressTellsTheWay(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	first, second := newStages(), newStages()
	one := find(testContext(t), t, NewClient(url), first.option())
	if now := first.wait(t, StageWaiting); now.Waiting != 1 {
		t.Errorf("%d waiting, want 1", now.Waiting)
	}
	if waiting, err := NewClient(url).Waiting(t.Context()); err != nil || waiting != 1 {
		t.Errorf("Waiting: %d, %v, want 1", waiting, err)
	}
	other := find(testContext(t), t, NewClient(url), second.option())
	together(t, one, other)
	want := []Stage{StageSearching, StageWaiting, StageConnecting}
	if got := slices.Compact(first.seen); !slices.Equal(got, want) {
		t.Errorf("stages %v, want %v", got, want)
	}
}

func TestCancelledSearchIsNoGhost(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	ctx, cancel := context.WithCancel(testContext(t))
	progress := newStages()
	ghost := find(ctx, t, NewClient(url), progress.option())
	progress.wait(t, StageWaiting)
	cancel()
	if got := <-ghost; !errors.Is(got.err, context.Canceled) || got.room != nil {
		t.Fatalf("Find: %v, want context.Canceled", got.err)
	}
	if waiting, err := NewClient(url).Waiting(t.Context()); err != nil || waiting != 0 {
		t.Errorf("Waiting: %d, %v, want nobody", waiting, err)
	}
	together(t, find(testContext(t), t, NewClient(url)), find(testContext(t), t, NewClient(url)))
}

func TestServerComesBack(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	progress := newStages()
	one := find(testContext(t), t, NewClient("http://"+address), progress.option())
	if now := progress.wait(t, StageRetrying); CodeOf(now.Err) != "unavailable" {
		t.Errorf("retrying because of %v, want unavailable", now.Err)
	}
	listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	back := &httptest.Server{Listener: listener, Config: &http.Server{Handler: newHandler()}}
	back.Start()
	t.Cleanup(func() {
		back.CloseClientConnections()
		back.Close()
	})
	together(t, one, find(testContext(t), t, NewClient("http://"+address)))
}

func TestBrokenStreamKeepsItsPlace(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHandler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	progress := newStages()
	one := find(testContext(t), t, NewClient(server.URL), progress.option())
	progress.wait(t, StageWaiting)
	server.CloseClientConnections()
	if now := progress.wait(t, StageWaiting); now.Waiting != 1 {
		t.Errorf("%d waiting, want 1", now.Waiting)
	}
	together(t, one, find(testContext(t), t, NewClient(server.URL)))
}

func TestRoomOutlivesTheServer(t *testing.T) {
	t.Parallel()
	url, stop := StartServer()
	stopped := sync.OnceFunc(stop)
	t.Cleanup(stopped)
	rooms := findAll(t, NewClient(url), NewClient(url))
	stopped()
	if err := rooms[0].SendText(t.Context(), "still here"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	if got := texts(t, rooms[1], 1); got[0] != "still here" {
		t.Errorf("got %q", got)
	}
}

func TestStreamIsReleasedOnceBothAreConnected(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	soon := withClock(func(c *timeouts) { c.release = time.Millisecond })
	for _, room := range findAll(t, NewClient(url, soon), NewClient(url, soon)) {
		select {
		case <-room.signaling.streamCtx.Done():
		case <-testContext(t).Done():
			t.Error("the stream was not released")
		}
	}
}

func TestRefusedRequest(t *testing.T) {
	t.Parallel()
	got := <-find(testContext(t), t, NewClient(startServer(t)), WithPool("No Such Pool!"))
	wantReason(t, got.err, ReasonRefused)
	if code := CodeOf(got.err); code != "invalid_argument" {
		t.Errorf("code %v, want invalid_argument", code)
	}
}

func TestSecondSearchSupersedesTheFirst(t *testing.T) {
	t.Parallel()
	client := NewClient(startServer(t))
	progress := newStages()
	first := find(testContext(t), t, client, progress.option())
	progress.wait(t, StageWaiting)
	ctx, cancel := context.WithCancel(testContext(t))
	second := find(ctx, t, client)
	wantReason(t, (<-first).err, ReasonSuperseded)
	cancel()
	<-second
}

func TestNoWayToAnyPartner(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	unreachable := func(s *settings) {
		s.clock.connect, s.clock.goodbye = 300*time.Millisecond, time.Second
		s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) {
			engine.SetInterfaceFilter(func(string) bool { return false })
		})
	}
	progress := newStages()
	searches := []<-chan found{find(testContext(t), t, NewClient(url, unreachable), progress.option())}
	for range 3 { // a partner who was not reached is not met again at once
		searches = append(searches, find(testContext(t), t, NewClient(url, unreachable)))
	}
	for _, search := range searches {
		got := <-search
		wantReason(t, got.err, ReasonConnectFailed)
	}
	misses := 0
	for _, stage := range progress.seen {
		if stage == StageStillLooking {
			misses++
		}
	}
	if misses != missesInARow-1 {
		t.Errorf("%d times still looking, want %d", misses, missesInARow-1)
	}
}

func TestHastyPartnerIsHeard(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	one := find(testContext(t), t, NewClient(url))
	hasty, err := NewClient(url).Find(testContext(t))
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	if err := hasty.SendText(t.Context(), "bye"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	_ = hasty.Close()
	got := <-one
	if got.err != nil {
		t.Fatalf("Find: %v", got.err)
	}
	if heard := texts(t, got.room, 1); heard[0] != "bye" {
		t.Errorf("heard %q", heard)
	}
}

// TestFindNeedsAURL fails at once for what is no URL: there is no server to wait
// for.
func TestFindNeedsAURL(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "localhost:8080", "chat.example", "ftp://chat.example", "http://", "http://a b", "/path", "http://[::1"} {
		for name, client := range map[string]*Client{"matchmaking": NewClient(text), "signaling": NewClient("http://localhost:1", WithSignalingURL(text))} {
			if name == "signaling" && text == "" { // the same as the other
				continue
			}
			var ended *EndedError
			if _, err := client.Find(testContext(t)); !errors.As(err, &ended) || ended.Reason != ReasonRefused {
				t.Errorf("%s at %q: %v, want refused", name, text, err)
			}
		}
	}
}
