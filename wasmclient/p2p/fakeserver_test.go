//go:build !js

package p2p

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// fakeServer is the real server over pipes in memory, in a synctest bubble. It
// can lose everything but its keys. All methods are safe for concurrent use.
type fakeServer struct {
	client *http.Client
	keys   *token.Keyring
	ice    iceserver.List

	mu      sync.Mutex // guards the following fields
	handler http.Handler
	wires   []*fakeWire
}

func newFakeServer(t testing.TB) *fakeServer {
	t.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{keys: keys}
	s.forget(t)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	s.client = servertest.Client(t, &http.Server{Handler: s, Protocols: protocols}, true)
	return s
}

// forget replaces the engines by empty ones. Streams of the old engines go on
// until they are broken.
func (s *fakeServer) forget(t testing.TB) {
	t.Helper()
	handler, err := server.New(server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}),
		Signaling:   signalingmem.New(signalingmem.Config{}),
		Keys:        s.keys,
		ICEServers:  s.ice,
		Logger:      slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = handler
}

// replaceKeys makes all tokens invalid.
func (s *fakeServer) replaceKeys(t testing.TB) {
	t.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	s.keys = keys
	s.forget(t)
}

// restart forgets everything and breaks every connection.
func (s *fakeServer) restart(t testing.TB) {
	t.Helper()
	s.forget(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, wire := range s.wires {
		wire.tear()
	}
}

func (s *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler := s.handler
	s.mu.Unlock()
	handler.ServeHTTP(w, r)
}

// wire returns another connection from a client to the server.
func (s *fakeServer) wire() *fakeWire {
	wire := &fakeWire{server: s}
	wire.life, wire.end = context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wires = append(s.wires, wire)
	return wire
}

// fakeWire is one client's connection to a fakeServer. It can be torn, cut, or
// silenced. All methods are safe for concurrent use.
type fakeWire struct {
	server *fakeServer

	mu     sync.Mutex // guards the following fields
	life   context.Context
	end    context.CancelFunc
	isCut  bool
	silent bool
	lost   string   // procedure whose calls fail
	calls  []string // paths asked for
}

var errWire = errors.New("network is unreachable")

func (w *fakeWire) option() Option { return WithHTTPClient(w) }

// tear breaks all open calls.
func (w *fakeWire) tear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end()
	w.life, w.end = context.WithCancel(context.Background())
}

// cut breaks all open calls and fails new ones until heal.
func (w *fakeWire) cut() {
	w.mu.Lock()
	w.isCut = true
	w.mu.Unlock()
	w.tear()
}

// silence drops all data without an error until heal. Calls that were open never
// go on.
func (w *fakeWire) silence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = true
}

// lose fails the calls of one procedure until heal.
func (w *fakeWire) lose(procedure string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = procedure
}

func (w *fakeWire) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut, w.silent, w.lost = false, false, ""
}

// count returns how often a procedure was called.
func (w *fakeWire) count(procedure string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := 0
	for _, path := range w.calls {
		if path == procedure {
			found++
		}
	}
	return found
}

func (w *fakeWire) state() (life context.Context, isCut, silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.life, w.isCut, w.silent
}

// Do implements connect.HTTPClient.
func (w *fakeWire) Do(request *http.Request) (*http.Response, error) {
	life, isCut, silent := w.state()
	w.mu.Lock()
	w.calls = append(w.calls, request.URL.Path)
	isCut = isCut || w.lost == request.URL.Path
	w.mu.Unlock()
	switch {
	case isCut:
		return nil, errWire
	case silent:
		<-request.Context().Done()
		return nil, request.Context().Err()
	}
	ctx, cancel := context.WithCancelCause(request.Context())
	stop := context.AfterFunc(life, func() { cancel(errWire) }) //nolint:contextcheck // the wire's life is another
	response, err := w.server.client.Do(request.WithContext(ctx))
	if err != nil {
		stop()
		return nil, err
	}
	response.Body = &fakeBody{ReadCloser: response.Body, wire: w, ctx: ctx, stop: stop}
	return response, nil
}

// fakeBody is a response on a fakeWire.
type fakeBody struct {
	io.ReadCloser
	wire *fakeWire
	ctx  context.Context
	stop func() bool
	lost bool
}

func (b *fakeBody) Read(data []byte) (int, error) {
	n, err := b.ReadCloser.Read(data)
	if _, _, silent := b.wire.state(); silent {
		b.lost = true
	}
	if b.lost {
		<-b.ctx.Done()
		return 0, context.Cause(b.ctx)
	}
	return n, err
}

func (b *fakeBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}

// fakePeer is a client with its own host in the network and its own wire to the
// server.
type fakePeer struct {
	*fakeHost
	wire   *fakeWire
	client *Client

	mu      sync.Mutex // guards the following field
	changes []Change
}

func newFakePeer(network *fakeNetwork, server *fakeServer) *fakePeer {
	peer := &fakePeer{fakeHost: network.host(), wire: server.wire()}
	peer.client = NewClient("http://server.test", peer.option(), peer.wire.option(), WithChanges(func(change Change) {
		peer.mu.Lock()
		defer peer.mu.Unlock()
		peer.changes = append(peer.changes, change)
	}))
	return peer
}

// told returns the changes reported since the last call.
func (p *fakePeer) told() []Change {
	p.mu.Lock()
	defer p.mu.Unlock()
	told := p.changes
	p.changes = nil
	return told
}

// offline cuts the peer from the network and the server; online reconnects it.
func (p *fakePeer) offline() { p.cut(); p.wire.cut() }
func (p *fakePeer) online()  { p.heal(); p.wire.heal() }
