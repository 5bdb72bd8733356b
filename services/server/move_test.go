package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/certtest"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// runs reports whether a goroutine is in a function.
func runs(function string) bool {
	stacks := make([]byte, 1<<20)
	return bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte(function+"("))
}

// waitSuspended waits in a bubble until a stream has been quiet for long enough, and
// checks that no call of it is left.
func waitSuspended(t *testing.T) {
	t.Helper()
	time.Sleep(time.Minute)
	synctest.Wait()
	if runs("connect.(*Handler).ServeHTTP") || !runs("matchmaking.(*EventQueue).Next") {
		t.Error("the call is not suspended")
	}
}

// drainBeats reads heartbeats until another event comes.
func drainBeats(t *testing.T, stream *connect.ServerStreamForClient[matchmakingv1.FindMatchResponse]) *matchmakingv1.FindMatchResponse {
	t.Helper()
	beats := 0
	for receive(t, stream).GetHeartbeat() != nil {
		if beats++; stream.Msg().GetHeartbeat().GetWaiting() != 1 {
			t.Errorf("heartbeat %v, want one who waits", stream.Msg())
		}
	}
	if beats < 4 {
		t.Errorf("%d heartbeats", beats)
	}
	return stream.Msg()
}

func ends(t *testing.T, stream *connect.ServerStreamForClient[matchmakingv1.FindMatchResponse]) {
	t.Helper()
	if stream.Receive() || stream.Err() != nil {
		t.Errorf("%v, error %v, want the end", stream.Msg(), stream.Err())
	}
	stream.Close() //nolint:errcheck // it has ended
}

// TestSuspendedCalls lets people wait for long in every protocol: the call must be
// away, and the stream must go on as if it were there, to its proper end.
func TestSuspendedCalls(t *testing.T) {
	for protocol, options := range map[string][]connect.ClientOption{
		"Connect": nil, "JSON": {connect.WithProtoJSON()}, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
		"gRPC-Web JSON": {connect.WithGRPCWeb(), connect.WithProtoJSON()},
	} {
		t.Run(protocol, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
				if http1 := client.Transport.(*http.Transport).Protocols.HTTP1(); protocol == "gRPC" && http1 { //nolint:forcetypeassert // it is that
					return // needs HTTP/2
				}
				finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory", options...)
				for range 3 {
					first := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
					receive(t, first)
					room := make(chan string)
					go func() {
						waitSuspended(t)
						second := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
						room <- receive(t, second).GetMatched().GetRoomId()
						ends(t, second)
					}()
					if matched := drainBeats(t, first).GetMatched(); matched == nil || matched.GetRoomId() != <-room {
						t.Errorf("matched %v, want one room", matched)
					}
					ends(t, first)
					synctest.Wait()
				}
			})
		})
	}
}

// TestSuspendedCallsOverTLS does so where the connection to take over is encrypted.
func TestSuspendedCallsOverTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		certFile, keyFile, roots := certtest.Files(t) // valid by the bubble's clock
		certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			t.Fatal(err)
		}
		s := newServer(t, server.Config{})
		listening, dials := s.HTTPServer(), 0
		client := servertest.Client(t, listening, false, s.Bound, func(inner net.Listener) net.Listener {
			return tls.NewListener(inner, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13})
		})
		transport := client.Transport.(*http.Transport) //nolint:forcetypeassert // it is that
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "https://127.0.0.1")
		stream := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), MaxStream: durationpb.New(2 * time.Minute)})
		receive(t, stream)
		if drainBeats(t, stream).GetDetached() == nil {
			t.Errorf("got %v, want detached", stream.Msg())
		}
		ends(t, stream)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			dials++
			return nil, net.ErrClosed
		}
		if _, err := finding.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil || dials > 0 {
			t.Errorf("on the same connection: %v", err)
		}
	})
}

// TestSuspendedCallsEnd ends them in other ways than by events.
func TestSuspendedCallsEnd(t *testing.T) {
	waits := func(t *testing.T, client *http.Client) (matchmakingv1connect.MatchmakingServiceClient, *connect.ServerStreamForClient[matchmakingv1.FindMatchResponse]) {
		t.Helper()
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		stream := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		receive(t, stream)
		go func() {
			for stream.Receive() && stream.Msg().GetDetached() == nil {
			}
		}()
		waitSuspended(t)
		return finding, stream
	}
	t.Run("when the client goes", func(t *testing.T) {
		inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
			finding, stream := waits(t, client)
			stream.Close() //nolint:errcheck // it is meant to break
			synctest.Wait()
			if pool, err := finding.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil || pool.GetWaiting() != 0 {
				t.Errorf("%v, %v, want nobody to wait", pool, err)
			}
		})
	})
	t.Run("when the server shuts down", func(t *testing.T) {
		for name, http2 := range map[string]bool{"HTTP 1.1": false, "HTTP 2": true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newServer(t, server.Config{})
					listening := s.HTTPServer()
					_, stream := waits(t, servertest.Client(t, listening, http2))
					if err := s.Shutdown(t.Context(), listening); err != nil {
						t.Error(err)
					}
					synctest.Wait()
					if got := stream.Msg().GetDetached().GetReason(); got != matchmakingv1.Detached_REASON_DRAINING {
						t.Errorf("detached for %v, want draining", got)
					}
				})
			})
		}
	})
	t.Run("when it is told to end", func(t *testing.T) {
		inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
			finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
			began := time.Now()
			stream := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), MaxStream: durationpb.New(90 * time.Second)})
			receive(t, stream)
			if got := drainBeats(t, stream).GetDetached().GetReason(); got != matchmakingv1.Detached_REASON_ROTATE || time.Since(began) != 90*time.Second {
				t.Errorf("after %v: detached for %v, want rotate", time.Since(began), got)
			}
		})
	})
	t.Run("at the deadline of its client", func(t *testing.T) {
		inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
			finding := matchmakingv1connect.NewMatchmakingServiceClient(&http.Client{Transport: timingOut{client.Transport}}, "http://memory")
			began := time.Now()
			stream := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
			for stream.Receive() {
			}
			if connect.CodeOf(stream.Err()) != connect.CodeDeadlineExceeded || time.Since(began) != 90*time.Second {
				t.Errorf("after %v: %v", time.Since(began), stream.Err())
			}
		})
	})
}

// timingOut sets a deadline that only the server knows.
type timingOut struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c timingOut) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Connect-Timeout-Ms", "90000")
	return c.RoundTripper.RoundTrip(r)
}

// TestShutdownCutsMovedResponses has a client that reads nothing any more: the
// server must not wait for it for ever.
func TestShutdownCutsMovedResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, server.Config{})
		listening := s.HTTPServer()
		connection := rawBubble(t, servertest.Client(t, listening, false))
		answers := ask(t, connection, "HTTP/1.1", "")
		readUntil(t, answers, "heartbeat") // it is suspended from then on
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx, listening); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that the time is over", err)
		}
		if rest, err := io.ReadAll(connection); err != nil || bytes.Contains(rest, []byte("\r\n0\r\n")) {
			t.Errorf("read %q, %v, want it to be cut", rest, err)
		}
	})
}

// TestMovedResponses looks at the bytes of HTTP/1.1.
func TestMovedResponses(t *testing.T) {
	for name, test := range map[string]struct {
		version, header string
		next            string // is sent while the response goes on
		answered        bool   // the next request is
	}{
		"the next request comes later":  {"HTTP/1.1", "", "", true},
		"the next request comes early":  {"HTTP/1.1", "", "GET /nowhere HTTP/1.1\r\nHost: memory\r\n\r\n", true},
		"the client wants no other one": {"HTTP/1.1", "Connection: close\r\n", "", false},
		"HTTP/1.0":                      {"HTTP/1.0", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := servertest.Client(t, newServer(t, server.Config{}).HTTPServer(), false)
				connection := rawBubble(t, client)
				answers := ask(t, connection, test.version, test.header)
				for range 3 {
					readUntil(t, answers, "heartbeat")
				}
				if test.next != "" {
					go io.WriteString(connection, test.next) //nolint:errcheck // the answer is awaited below
				}
				readUntil(t, answers, "heartbeat")
				if moved := test.version == "HTTP/1.1"; runs("server.(*moved).run") != moved || runs("http.(*conn).serve") == moved {
					t.Errorf("the response has left its handler: %v, want %v", !moved, moved)
				}
				_, _ = matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory").FindMatch(t.Context(), &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
				readUntil(t, answers, "matched")
				if test.version == "HTTP/1.1" {
					readUntil(t, answers, "\r\n0\r\n\r\n")
				}
				if test.next == "" && test.answered {
					go io.WriteString(connection, "GET /nowhere HTTP/1.1\r\nHost: memory\r\n\r\n") //nolint:errcheck // seen below
				}
				if test.answered {
					readUntil(t, answers, "HTTP/1.1 404 Not Found\r\n")
				} else if _, err := io.ReadAll(answers); err != nil {
					t.Errorf("the connection goes on: %v", err)
				}
			})
		})
	}
}

// TestMovedResponsesCount checks that a response counts as a call and as a
// connection until it ends.
func TestMovedResponsesCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, server.Config{Limits: server.Limits{AllConnections: 16, Calls: server.RequestLimits{Open: 1}}})
		client := servertest.Client(t, s.HTTPServer(), false, s.Bound)
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		first := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		receive(t, first)
		go waitSuspended(t)
		for range 8 {
			receive(t, first)
		}
		try := func() error {
			stream, err := finding.FindMatch(t.Context(), &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), MaxStream: durationpb.New(time.Nanosecond)})
			for err == nil && stream.Receive() {
			}
			return errors.Join(err, stream.Err())
		}
		if err := try(); connect.CodeOf(err) != connect.CodeResourceExhausted {
			t.Errorf("a second stream: %v", err)
		}
		first.Close() //nolint:errcheck // it is meant to break
		synctest.Wait()
		if err := try(); err != nil {
			t.Errorf("after the end of the first stream: %v", err)
		}
	})
}

func rawBubble(t *testing.T, client *http.Client) net.Conn {
	t.Helper()
	connection, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "") //nolint:forcetypeassert // it is that
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() }) //nolint:errcheck // the test is over
	return connection
}

// ask calls FindMatch as JSON.
func ask(t *testing.T, connection net.Conn, version, header string) *bufio.Reader {
	t.Helper()
	body := envelope([]byte(`{"requestId":"` + rand.Text() + `"}`))
	go fmt.Fprintf(connection, "POST %s %s\r\nHost: memory\r\n%sContent-Type: application/connect+json\r\nContent-Length: %d\r\n\r\n%s",
		matchmakingv1connect.MatchmakingServiceFindMatchProcedure, version, header, len(body), body)
	return bufio.NewReader(connection)
}

// readUntil reads until a text comes.
func readUntil(t *testing.T, from *bufio.Reader, text string) {
	t.Helper()
	var read strings.Builder
	for !strings.HasSuffix(read.String(), text) {
		next, err := from.ReadByte()
		if err != nil {
			t.Fatalf("waiting for %q: read %q, then %v", text, read.String(), err)
		}
		read.WriteByte(next)
	}
}
