package domnet

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall/js"
)

// FetchClient sends HTTP requests with the browser's fetch and streams the
// responses. It replaces *http.Client, because linking http.Transport costs a
// megabyte of Wasm. It does not follow redirects. It sends cookies to the page's own
// origin only: without them browsers open other connections than those that loaded
// the page. Safe for concurrent use.
type FetchClient struct{}

// Do sends the request and returns when the response's headers have arrived. The
// request body is read to its end first. The end of the request's context
// aborts the request and the response's body, and so does closing the body.
func (FetchClient) Do(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body, err := requestBody(request)
	if err != nil {
		return nil, err
	}
	aborter := js.Global().Get("AbortController").New()
	abort := func() { aborter.Call("abort") }
	stop := contextAfterFunc(ctx, abort)
	response, err := await(func() js.Value {
		return js.Global().Call("fetch", request.URL.String(), map[string]any{
			"method":      request.Method,
			"headers":     headerValues(request.Header),
			"body":        body,
			"signal":      aborter.Get("signal"),
			"cache":       "no-store",
			"credentials": "same-origin",
			"redirect":    "error",
		})
	})
	if err != nil {
		stop()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("fetch %s: %w", request.URL.Path, err)
	}
	return &http.Response{
		Status:        response.Get("statusText").String(),
		StatusCode:    response.Get("status").Int(),
		Proto:         "HTTP/1.1", // fetch does not say
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        headerOf(response),
		Body:          newFetchBody(ctx, response.Get("body"), abort, stop),
		ContentLength: -1,
		Request:       request,
	}, nil
}

// requestBody reads the body to its end: browsers do not stream requests over
// HTTP/1.1.
func requestBody(request *http.Request) (js.Value, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return js.Undefined(), nil
	}
	defer request.Body.Close()
	var data bytes.Buffer
	if _, err := io.Copy(&data, request.Body); err != nil {
		return js.Undefined(), fmt.Errorf("read request body: %w", err)
	}
	if data.Len() == 0 {
		return js.Undefined(), nil
	}
	array := js.Global().Get("Uint8Array").New(data.Len())
	js.CopyBytesToJS(array, data.Bytes())
	return array, nil
}

// headerValues returns the headers without those that the browser sets itself,
// and without those that CORS forbids: connectrpc.com/cors does not list
// User-Agent and Connect-Accept-Encoding. Stream messages then come
// uncompressed.
func headerValues(header http.Header) map[string]any {
	values := make(map[string]any, len(header))
	for name, value := range header {
		switch name {
		case "User-Agent", "Accept-Encoding", "Connect-Accept-Encoding", "Content-Length", "Host", "Connection":
		default:
			values[name] = strings.Join(value, ", ")
		}
	}
	return values
}

// headerOf returns the headers without those that are no longer true after the
// browser has decompressed the body.
func headerOf(response js.Value) http.Header {
	header := http.Header{}
	entries := js.Global().Get("Array").Call("from", response.Get("headers"))
	for i := range entries.Length() {
		entry := entries.Index(i)
		header.Add(entry.Index(0).String(), entry.Index(1).String())
	}
	if header.Get("Content-Encoding") != "" {
		header.Del("Content-Encoding")
		header.Del("Content-Length")
	}
	return header
}
