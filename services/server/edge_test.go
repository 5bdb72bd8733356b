package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// full refuses every call.
var full = server.Limits{AllCalls: server.RequestLimits{Rate: 1e-9, Burst: 1}}

// pageFiles is a page.
var pageFiles = fstest.MapFS{"index.html": {Data: []byte("a page")}}

// patience is how long a client may stall the server: a deadline, and what the
// server adds to it.
const patience = 40 * time.Second

// TestStalledRequests sends requests whose bodies never come, to every kind of
// handler and to none: the server ends all of their connections.
func TestStalledRequests(t *testing.T) {
	for name, limits := range map[string]server.Limits{"served": {}, "refused": full} {
		for _, path := range []string{
			matchmakingv1connect.MatchmakingServiceFindMatchProcedure, matchmakingv1connect.MatchmakingServiceGetPoolProcedure,
			"/wasmp2pchat.matchmaking.v1.MatchmakingService/Nothing", "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
			"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/nowhere", "//x", "/",
		} {
			t.Run(name+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					connection := dialBubble(t, limits)
					go fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/proto\r\nContent-Length: 99\r\n\r\n{", path)
					time.AfterFunc(patience, func() { connection.Close() }) //nolint:errcheck // it is too late
					if _, err := io.Copy(io.Discard, connection); err != nil {
						t.Errorf("after %v: %v, want the end of the connection", patience, err)
					}
				})
			})
		}
	}
}

// TestUnreadResponses makes calls and lets the server write nothing, by an HTTP/2
// window of zero: the server ends all of their streams.
func TestUnreadResponses(t *testing.T) {
	for name, limits := range map[string]server.Limits{"served": {}, "refused": full} {
		for _, path := range []string{
			matchmakingv1connect.MatchmakingServiceFindMatchProcedure, "/wasmp2pchat.matchmaking.v1.MatchmakingService/Nothing",
			"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch", "/nowhere", "//x", "/",
		} {
			t.Run(name+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					connection := dialBubble(t, limits)
					ended := make(chan int)
					go func() { ended <- countResets(connection) }()
					const calls = 50
					began := time.Now()
					go openUnread(t, connection, path, calls)
					time.AfterFunc(patience, func() { connection.Close() }) //nolint:errcheck // it is too late
					if got := <-ended; got < calls {
						t.Errorf("%d of %d streams ended after %v", got, calls, time.Since(began))
					}
				})
			})
		}
	}
}

// TestUnreadRefusals makes more refused calls than may wait to be told so, and
// reads no answer: the rest end at once.
func TestUnreadRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		connection := dialBubble(t, full)
		ended := make(chan int)
		go func() { ended <- countResets(connection) }()
		const calls = 200
		go openUnread(t, connection, matchmakingv1connect.MatchmakingServiceFindMatchProcedure, calls)
		time.AfterFunc(time.Second, func() { connection.Close() }) //nolint:errcheck // it is too late
		if got := <-ended; got < calls-32 {
			t.Errorf("%d of %d streams ended at once, want all but 32", got, calls)
		}
	})
}

// TestSilentWatch watches a server that is well for hours: nothing is written,
// and the stream stays.
func TestSilentWatch(t *testing.T) {
	inBubble(t, func(t *testing.T, s *server.Server, client *http.Client) {
		watching := connect.NewClient[grpc_health_v1.HealthCheckRequest, grpc_health_v1.HealthCheckResponse](client, "http://memory/grpc.health.v1.Health/Watch")
		stream, err := watching.CallServerStream(t.Context(), connect.NewRequest(&grpc_health_v1.HealthCheckRequest{}))
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close() //nolint:errcheck // it has ended
		receive(t, stream)
		time.AfterFunc(5*time.Hour, s.Drain)
		if got := receive(t, stream); got.GetStatus() != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
			t.Errorf("got %v, want not serving", got)
		}
	})
}

// dialBubble serves in a bubble and returns a raw connection to the server.
func dialBubble(t *testing.T, limits server.Limits) net.Conn {
	t.Helper()
	client := servertest.Client(t, newServer(t, server.Config{Limits: limits, Page: pageFiles}).HTTPServer(), false)
	for _, path := range []string{ // the burst of each kind
		"/nowhere", matchmakingv1connect.MatchmakingServiceFindMatchProcedure, matchmakingv1connect.MatchmakingServiceGetPoolProcedure,
	} {
		response, err := client.Get("http://memory" + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	connection, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "") //nolint:forcetypeassert // it is that
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() }) //nolint:errcheck // the test is over
	return connection
}

// openUnread opens streams with a window of zero.
func openUnread(t *testing.T, connection net.Conn, path string, calls int) {
	t.Helper()
	framer := http2.NewFramer(connection, nil)
	if _, err := io.WriteString(connection, http2.ClientPreface); err != nil {
		t.Error(err)
	}
	if err := framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}); err != nil {
		t.Error(err)
	}
	for i := range calls {
		var block bytes.Buffer
		encoder := hpack.NewEncoder(&block)
		for _, field := range []hpack.HeaderField{
			{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: "memory"}, {Name: ":path", Value: path},
			{Name: "content-type", Value: "application/connect+json"}, {Name: "content-length", Value: "0"},
		} {
			if err := encoder.WriteField(field); err != nil {
				t.Error(err)
			}
		}
		id := uint32(2*i + 1)
		if framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block.Bytes(), EndHeaders: true}) != nil {
			return
		}
		if framer.WriteData(id, true, nil) != nil {
			return
		}
	}
}

// countResets reads until the connection ends, and returns how many streams the
// server ended.
func countResets(connection net.Conn) int {
	framer, ended := http2.NewFramer(io.Discard, connection), map[uint32]bool{}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return len(ended)
		}
		switch frame := frame.(type) {
		case *http2.RSTStreamFrame:
			ended[frame.StreamID] = true
		case *http2.PingFrame:
			if !frame.IsAck() {
				_ = http2.NewFramer(connection, nil).WritePing(true, frame.Data)
			}
		case *http2.HeadersFrame:
			if frame.StreamEnded() {
				ended[frame.StreamID] = true
			}
		}
	}
}

// TestRestOfALargeRequest sends requests with larger bodies than are read: the
// rest of a body is never answered like a request of its own.
func TestRestOfALargeRequest(t *testing.T) {
	const hidden = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	body := strings.Repeat(hidden, 1<<20/len(hidden))
	for name, limits := range map[string]server.Limits{"served": {}, "refused": full} {
		for _, path := range []string{
			matchmakingv1connect.MatchmakingServiceFindMatchProcedure, matchmakingv1connect.MatchmakingServiceGetPoolProcedure,
			"/wasmp2pchat.matchmaking.v1.MatchmakingService/Nothing", "/grpc.health.v1.Health/Check", "/nowhere", "//x", "/",
		} {
			for _, kind := range []string{"application/json", "application/connect+json", "application/grpc-web+json", "text/plain"} {
				t.Run(name+path+" "+kind, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						connection := dialBubble(t, limits)
						go fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, kind, len(body), body)
						time.AfterFunc(patience, func() { connection.Close() }) //nolint:errcheck // it is too late
						answers, err := io.ReadAll(connection)
						if got := bytes.Count(answers, []byte("HTTP/1.1 ")); got > 1 || err != nil {
							t.Errorf("%d answers to one request (%v): %.300q", got, err, answers)
						}
					})
				})
			}
		}
	}
}
