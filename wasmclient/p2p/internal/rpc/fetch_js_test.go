package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall/js"
	"testing"
	"time"

	errdetails "github.com/wasmp2pchat/wasmp2pchat/gen/golite/google/rpc"
	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
)

// startProgram starts the real program and returns its address.
func startProgram(t *testing.T) string {
	t.Helper()
	arguments := []any{"run", "../../../../services/cmd/wasmp2pchat", "--listen", "127.0.0.1:0"}
	environment := map[string]any{"PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME")}
	program := js.Global().Call("require", "child_process").Call("spawn", "go", arguments, map[string]any{"env": environment, "detached": true})
	logged := make(chan string, 1000)
	read := js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		logged <- arguments[0].Call("toString").String()
		return nil
	})
	program.Get("stderr").Call("on", "data", read)
	program.Get("stdout").Call("on", "data", read)
	t.Cleanup(func() {
		js.Global().Get("process").Call("kill", -program.Get("pid").Int()) // the group: go run, and what it runs
	})
	limit := time.After(4 * time.Minute) // it may have to be compiled
	for all := ""; ; {
		select {
		case text := <-logged:
			all += text
		case <-limit:
			t.Fatalf("the program does not say where it listens: %s", all)
		}
		if _, rest, found := strings.Cut(all, "http://127.0.0.1:"); found {
			port := strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > '9' })[0]
			return "http://127.0.0.1:" + port
		}
	}
}

const service = "/wasmp2pchat.matchmaking.v1.MatchmakingService/"

// TestRealServer calls the real program from Node: a unary call, a refused one, a
// stream, and the end of its context.
func TestRealServer(t *testing.T) {
	client := NewClient(nil, startProgram(t), 1<<20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	getPool := func(request *matchmakingv1.GetPoolRequest) (pool matchmakingv1.GetPoolResponse, err error) {
		err = client.Unary(ctx, service+"GetPool", nil, request, &pool, nil)
		return pool, err
	}
	pool, err := getPool(&matchmakingv1.GetPoolRequest{})
	if err != nil || pool.GetWaiting() != 0 {
		t.Fatalf("GetPool: %v, %v", pool, err)
	}
	_, err = getPool(&matchmakingv1.GetPoolRequest{Pool: strings.Repeat("x", 1000)})
	var bad errdetails.BadRequest
	if CodeOf(err) != CodeInvalidArgument || !IsWire(err) || !DetailOf(err, "google.rpc.BadRequest", &bad) || bad.GetFieldViolations()[0].GetField() != "pool" {
		t.Errorf("GetPool of a bad pool: %v, %v", err, bad.GetFieldViolations())
	}
	find := func(ctx context.Context, request *matchmakingv1.FindMatchRequest) (*Events, error) {
		return client.ServerStream(ctx, service+"FindMatch", nil, request, nil)
	}
	refused, err := find(ctx, &matchmakingv1.FindMatchRequest{})
	if err == nil {
		err = refused.Receive(new(matchmakingv1.FindMatchResponse))
		refused.Close()
	}
	if CodeOf(err) != CodeInvalidArgument || !DetailOf(err, "google.rpc.BadRequest", new(errdetails.BadRequest)) {
		t.Errorf("FindMatch without an id: %v", err)
	}
	waiting, leave := context.WithCancel(ctx)
	events, err := find(waiting, &matchmakingv1.FindMatchRequest{RequestId: "an-id-that-is-long-enough"})
	if err != nil {
		t.Fatalf("FindMatch: %v", err)
	}
	defer events.Close()
	event := new(matchmakingv1.FindMatchResponse)
	if err := events.Receive(event); err != nil || event.GetQueued().GetWaiting() != 1 {
		t.Fatalf("FindMatch: %v, %v", event, err)
	}
	leave()
	if err := events.Receive(event); CodeOf(err) != CodeCanceled || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

// answering serves what is not of the protocol.
func answering(t *testing.T, handle func(request, response js.Value)) *Client {
	t.Helper()
	server := js.Global().Call("require", "http").Call("createServer")
	listening := make(chan struct{})
	callback := js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		handle(arguments[0], arguments[1])
		return nil
	})
	ready := js.FuncOf(func(js.Value, []js.Value) any {
		close(listening)
		return nil
	})
	server.Call("on", "request", callback)
	server.Call("listen", 0, "127.0.0.1", ready)
	t.Cleanup(func() {
		server.Call("closeAllConnections")
		server.Call("close")
		callback.Release()
		ready.Release()
	})
	<-listening
	return NewClient(nil, fmt.Sprintf("http://127.0.0.1:%d", server.Call("address").Get("port").Int()), 100)
}

func TestAnswersOfOthers(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		kind   string
		body   string
		want   Code
	}{
		"a proxy without its server": {502, "text/html", "<p>bad gateway", CodeUnavailable},
		"a login page":               {200, "text/html", "<p>who are you?", CodeUnknown},
		"another codec":              {200, "application/json", "{}", CodeInternal},
		"an error that is no object": {400, "application/json", "[]", CodeInternal},
		"an error that is no JSON":   {500, "application/json", "{", CodeUnknown},
		"a huge message":             {200, "application/proto", strings.Repeat("x", 101), CodeResourceExhausted},
		"a huge error":               {404, "application/json", strings.Repeat("x", 101), CodeResourceExhausted},
	} {
		t.Run(name, func(t *testing.T) {
			client := answering(t, func(_, response js.Value) {
				response.Call("writeHead", test.status, map[string]any{"Content-Type": test.kind})
				response.Call("end", test.body)
			})
			if _, err := client.Call(t.Context(), "/x", nil, nil); CodeOf(err) != test.want || IsWire(err) && test.status != 400 {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// A page of another origin may send no header that the server's CORS list lacks, or
// every call of it fails.
func TestOnlyHeadersThatServersExpect(t *testing.T) {
	original := js.Global().Get("fetch")
	defer js.Global().Set("fetch", original)
	var asked string
	fetch := js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		names := js.Global().Get("Array").Call("from", arguments[1].Get("headers").Call("keys"))
		asked = names.Call("join", " ").String()
		return js.Global().Get("Promise").Call("reject", "enough")
	})
	defer fetch.Release()
	js.Global().Set("fetch", fetch)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := NewClient(nil, "http://server.test", 100).Call(ctx, "/x", Header{"Authorization": {"Bearer x"}}, []byte("x"))
	if want := "authorization connect-protocol-version connect-timeout-ms content-type"; asked != want || CodeOf(err) != CodeUnavailable {
		t.Errorf("sends %s, want %s; %v", asked, want, err)
	}
}

func TestCloseTellsTheServer(t *testing.T) {
	gone := make(chan struct{})
	closed := js.FuncOf(func(js.Value, []js.Value) any {
		close(gone)
		return nil
	})
	defer closed.Release()
	client := answering(t, func(_, response js.Value) {
		response.Call("on", "close", closed)
		response.Call("writeHead", 200, map[string]any{"Content-Type": "application/connect+proto"})
		response.Call("write", string(envelope([]byte("x"))))
	})
	stream, err := client.Stream(t.Context(), "/x", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := stream.Receive(); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	stream.Close()
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the server's stream is still open")
	}
}

// A server that ends a stream without its last message, or goes on after it, has
// broken it.
func TestBrokenStreams(t *testing.T) {
	for name, test := range map[string]struct{ body, end string }{
		"no end":        {string(envelope([]byte("x"))), "without its last message"},
		"half an end":   {"\x02\x00\x00\x00\x05{}", "without its last message"},
		"more than one": {"\x02\x00\x00\x00\x02{}\x02\x00\x00\x00\x02{}", "goes on"},
		"a bad end":     {"\x02\x00\x00\x00\x01{", "last message of the stream"},
	} {
		t.Run(name, func(t *testing.T) {
			client := answering(t, func(_, response js.Value) {
				response.Call("writeHead", 200, map[string]any{"Content-Type": "application/connect+proto"})
				response.Call("end", test.body)
			})
			stream, err := client.Stream(t.Context(), "/x", nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			for err == nil {
				_, err = stream.Receive()
			}
			if errors.Is(err, io.EOF) || CodeOf(err) != CodeInternal || !strings.Contains(err.Error(), test.end) {
				t.Errorf("%v, want one that %s", err, test.end)
			}
		})
	}
}
