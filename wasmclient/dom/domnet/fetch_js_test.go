package domnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall/js"
	"testing"
	"time"
)

// serve runs a Node HTTP server and returns its address; handle gets its
// request and response objects.
func serve(t *testing.T, handle func(request, response js.Value)) string {
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
	return fmt.Sprintf("http://127.0.0.1:%d", server.Call("address").Get("port").Int())
}

func request(ctx context.Context, t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	made, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestFetchCarriesRequestAndResponse(t *testing.T) {
	url := serve(t, func(request, response js.Value) {
		response.Call("writeHead", http.StatusTeapot, map[string]any{"X-Answer": request.Get("method").String() + " " + request.Get("headers").Get("x-question").String()})
		request.Call("pipe", response)
	})
	asked := request(t.Context(), t, http.MethodPost, url, "the body")
	asked.Header.Set("X-Question", "why")
	response, err := FetchClient{}.Do(asked)
	if err != nil {
		t.Fatalf("Do: %v", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "the body" || response.StatusCode != http.StatusTeapot || response.Header.Get("X-Answer") != "POST why" {
		t.Errorf("got %d %q %v %v", response.StatusCode, body, response.Header, err)
	}
}

func TestFetchStreams(t *testing.T) {
	var stream js.Value
	url := serve(t, func(_, response js.Value) {
		stream = response
		response.Call("write", "first")
	})
	response, err := FetchClient{}.Do(request(t.Context(), t, http.MethodGet, url, ""))
	if err != nil {
		t.Fatalf("Do: %v", err)
	}
	defer response.Body.Close()
	for _, want := range []string{"first", "second"} {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v, want %q before the stream ends", got, err, want)
		}
		stream.Call("write", "second")
	}
	stream.Call("end")
	if rest, err := io.ReadAll(response.Body); err != nil || string(rest) != "second" {
		t.Errorf("rest %q, %v, want the last chunk and the end", rest, err)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	url := serve(t, func(request, response js.Value) {
		if request.Get("url").String() == "/stream" {
			response.Call("write", "x")
		}
	})
	t.Run("before the headers", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		response, err := FetchClient{}.Do(request(ctx, t, http.MethodGet, url, ""))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Do: %v, want the context's error", err)
		}
		if response != nil {
			response.Body.Close()
		}
	})
	t.Run("in the body", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		response, err := FetchClient{}.Do(request(ctx, t, http.MethodGet, url+"/stream", ""))
		if err != nil {
			t.Fatalf("Do: %v", err)
		}
		defer response.Body.Close()
		if _, err := io.ReadFull(response.Body, make([]byte, 1)); err != nil {
			t.Fatalf("Read: %v", err)
		}
		cancel()
		if _, err := response.Body.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
			t.Errorf("Read: %v, want the context's error", err)
		}
	})
}

func TestFetchTellsTheServerOfClose(t *testing.T) {
	gone := make(chan struct{})
	closed := js.FuncOf(func(js.Value, []js.Value) any {
		close(gone)
		return nil
	})
	defer closed.Release()
	url := serve(t, func(_, response js.Value) {
		response.Call("on", "close", closed)
		response.Call("write", "x")
	})
	response, err := FetchClient{}.Do(request(t.Context(), t, http.MethodGet, url, ""))
	if err != nil {
		t.Fatalf("Do: %v", err)
	}
	_ = response.Body.Close()
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the server's stream is still open")
	}
}

func TestFetchFailsWithoutServer(t *testing.T) {
	response, err := FetchClient{}.Do(request(t.Context(), t, http.MethodGet, "http://127.0.0.1:1", ""))
	if err == nil {
		response.Body.Close()
		t.Error("Do succeeded, want an error")
	}
}

// A header that a server's CORS list lacks fails every call of a page of
// another origin.
func TestFetchSendsOnlyHeadersThatServersExpect(t *testing.T) {
	header := http.Header{
		"Content-Type":             {"application/connect+proto"},
		"Connect-Protocol-Version": {"1"},
		"Connect-Accept-Encoding":  {"gzip"},
		"Accept-Encoding":          {"identity"},
		"User-Agent":               {"connect-go"},
		"Authorization":            {"Bearer x"},
	}
	got := headerValues(header)
	if len(got) != 3 || got["Authorization"] != "Bearer x" || got["Content-Type"] == nil || got["Connect-Protocol-Version"] == nil {
		t.Errorf("sends %v, want Content-Type, Connect-Protocol-Version and Authorization", got)
	}
}
