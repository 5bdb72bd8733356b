package server_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// from returns a client that calls from an address of its own; all of
// 127.0.0.0/8 is this machine.
func from(t testing.TB, address string) *http.Client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{Protocols: protocols, DialContext: dialer.DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// TestFlood abandons FindMatch calls from one address as fast as it can. The
// server's memory must stay bounded, and somebody from another address must
// be served meanwhile.
func TestFlood(t *testing.T) {
	const calls = 20_000
	limits := server.DefaultLimits()
	limits.Starts.Rate = 0.001 // no pause of this test's lets the flooder in again
	url := listen(t, newServer(t, server.Config{Limits: limits}), false).URL
	before := heap()
	began := time.Now()
	var flooding sync.WaitGroup
	for range 8 {
		flooding.Go(func() {
			for range calls / 8 {
				abandon(t, url)
			}
		})
	}
	served := matchmakingv1connect.NewMatchmakingServiceClient(from(t, "127.0.0.77"), url)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: strings.ToLower(rand.Text())}
		stream, err := served.FindMatch(ctx, request)
		if err != nil {
			t.Fatalf("find match during the flood: %v", err)
		}
		if receive(t, stream).GetQueued() == nil {
			t.Errorf("during the flood: %v, want queued", stream.Msg())
		}
		cancel()
		stream.Close() //nolint:errcheck // cancelled on the line above
	}
	flooding.Wait()
	grown := heap() - before
	t.Logf("%.0f abandoned calls a second; the heap grew by %d KB", calls/time.Since(began).Seconds(), grown>>10)
	if grown > 32<<20 {
		t.Errorf("the heap grew by %d MB, want at most 32", grown>>20)
	}
	flooder := matchmakingv1connect.NewMatchmakingServiceClient(from(t, "127.0.0.66"), url)
	if got := describe(t, find(t.Context(), flooder, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})); got != "resource_exhausted ERROR_REASON_TOO_MANY_CALLS retry" {
		t.Errorf("the flooder gets %s, want too many calls", got)
	}
}

// abandon calls FindMatch and cancels the call when the response begins.
func abandon(t *testing.T, url string) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.66")}}
	connection, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Error(err)
		return
	}
	message := fmt.Sprintf(`{"requestId":"%s","pool":"flood"}`, rand.Text())
	body := envelope([]byte(message))
	_, err = fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/connect+json\r\nContent-Length: %d\r\n\r\n%s",
		matchmakingv1connect.MatchmakingServiceFindMatchProcedure, len(body), body)
	_, missing := connection.Read(make([]byte, 1))
	connection.(*net.TCPConn).SetLinger(0) //nolint:errcheck // without it ports run out
	if err := errors.Join(err, missing, connection.Close()); err != nil {
		t.Error(err)
	}
}

// heap returns the bytes in use, garbage not included.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// TestUnfinishedBodies opens requests and never ends them. Their number must be
// limited for one address, and others must be served.
func TestUnfinishedBodies(t *testing.T) {
	t.Parallel()
	const open = 8
	limits := server.Limits{Calls: server.RequestLimits{Open: open}}
	url := listen(t, newServer(t, server.Config{Limits: limits}), false).URL
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.66")}}
	head := "POST " + matchmakingv1connect.MatchmakingServiceGetPoolProcedure + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n"
	for range open {
		connection, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connection.Close() }) //nolint:errcheck // nothing was finished
		if _, err := connection.Write([]byte(head)); err != nil {
			t.Fatal(err)
		}
		// The server answers once it reads the body: the request is let in.
		if status, err := bufio.NewReader(connection).ReadString('\n'); err != nil || !strings.Contains(status, "100 Continue") {
			t.Fatalf("begin a request: %q, %v", status, err)
		}
		if _, err := connection.Write([]byte("{")); err != nil {
			t.Fatal(err)
		}
	}
	greedy := matchmakingv1connect.NewMatchmakingServiceClient(from(t, "127.0.0.66"), url)
	_, err := greedy.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{})
	if got := describe(t, err); got != "resource_exhausted ERROR_REASON_TOO_MANY_CALLS retry" {
		t.Errorf("%d open requests, and another one gets %s", open, got)
	}
	others := matchmakingv1connect.NewMatchmakingServiceClient(from(t, "127.0.0.77"), url)
	if _, err := others.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil {
		t.Errorf("another address: %v", err)
	}
}
