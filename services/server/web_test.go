package server_test

import (
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

func do(t *testing.T, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := http1(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func newRequest(t *testing.T, method, url, body string, headers ...string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request
}

// TestCORS asks as a browser does for a page of another origin. JoinRoom is
// the call that needs the Authorization header.
func TestCORS(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{AllowedOrigins: []string{"https://chat.example.org"}}), false).URL
	preflight := func(origin, procedure string) http.Header {
		response, _ := do(t, newRequest(t, http.MethodOptions, url+procedure, "",
			"Origin", origin, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "authorization,connect-accept-encoding,connect-protocol-version,content-type"))
		return response.Header
	}
	for _, procedure := range []string{signalingv1connect.SignalingServiceJoinRoomProcedure, matchmakingv1connect.MatchmakingServiceFindMatchProcedure} {
		allowed := preflight("https://chat.example.org", procedure)
		if allowed.Get("Access-Control-Allow-Origin") != "https://chat.example.org" || allowed.Get("Access-Control-Allow-Headers") == "" {
			t.Errorf("%s: listed origin got %v", procedure, allowed)
		}
		if got := preflight("https://evil.example.org", procedure).Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s: unlisted origin got %q", procedure, got)
		}
	}
	response, _ := do(t, newRequest(t, http.MethodPost, url+matchmakingv1connect.MatchmakingServiceGetPoolProcedure, "{}",
		"Origin", "https://chat.example.org", "Content-Type", "application/json"))
	if got := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != http.StatusOK || got != "https://chat.example.org" {
		t.Errorf("call: %s, allowed %q", response.Status, got)
	}
}

func TestServiceHeaders(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	response, body := do(t, newRequest(t, http.MethodGet, url+matchmakingv1connect.MatchmakingServiceGetPoolProcedure+"?connect=v1&encoding=json&message=%7B%7D", ""))
	if response.StatusCode != http.StatusOK || body != "{}" {
		t.Errorf("%s %s", response.Status, body)
	}
	for header, want := range map[string]string{
		"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff",
	} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	page := fstest.MapFS{
		"index.html":           {Data: []byte(`<html data-matchmaking-url="{{.MatchmakingURL}}" data-size="{{size "dist/client.wasm"}}"><meta content="{{.PublicURL}}{{versioned "icon-192.png"}}"><link href="{{versioned "style.css"}}">`)},
		"style.css":            {Data: []byte(strings.Repeat("p { margin: 0 } ", 100))},
		"icon.svg":             {Data: []byte("<svg/>")},
		"icon-192.png":         {Data: []byte("png")},
		"manifest.webmanifest": {Data: []byte("{}")},
		"dist/client.wasm":     {Data: []byte("\x00asm")},
		"dist/client.wasm.br":  {Data: []byte("brotli")},
		"dist/client.wasm.gz":  {Data: []byte("gzip")},
	}
	url := listen(t, newServer(t, server.Config{
		Page: page, MatchmakingURL: "https://match.example.org/", SignalingURL: "https://signal.example.org:8443",
		PublicURL:    "https://chat.example.org/",
		OriginTrials: []string{"QQ==", "Qg=="},
	}), false).URL

	response, body := do(t, newRequest(t, http.MethodGet, url+"/", ""))
	before, style, _ := strings.Cut(body, `"><link href="`)
	if want := regexp.MustCompile(`^<html data-matchmaking-url="https://match\.example\.org/" data-size="4"><meta content="https://chat\.example\.org/icon-192\.png\?v=[\w-]+$`); !want.MatchString(before) {
		t.Errorf("index: %s", body)
	}
	style, _, _ = strings.Cut(style, `"`)
	testStyle(t, url+"/", style)
	if got := response.Header.Values("Origin-Trial"); !slices.Equal(got, []string{"QQ==", "Qg=="}) {
		t.Errorf("trials %q", got)
	}
	if got, want := response.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; "+
		"connect-src 'self' https://match.example.org https://signal.example.org:8443; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"; got != want {
		t.Errorf("policy\n got %s\nwant %s", got, want)
	}

	for accepted, want := range map[string]struct{ encoding, body string }{
		"gzip, deflate, br": {"br", "brotli"},
		"gzip":              {"gzip", "gzip"},
		"br;q=0, gzip":      {"gzip", "gzip"},
		"identity":          {"", "\x00asm"},
	} {
		response, body := do(t, newRequest(t, http.MethodGet, url+"/dist/client.wasm", "", "Accept-Encoding", accepted))
		if response.Header.Get("Content-Encoding") != want.encoding || body != want.body || response.Header.Get("Content-Type") != "application/wasm" || response.ContentLength != int64(len(want.body)) {
			t.Errorf("%s: %q, %v", accepted, body, response.Header)
		}
		again, _ := do(t, newRequest(t, http.MethodGet, url+"/dist/client.wasm", "", "Accept-Encoding", accepted, "If-None-Match", response.Header.Get("ETag")))
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %s, want not modified", accepted, again.Status)
		}
	}
	for path, want := range map[string]string{"/manifest.webmanifest": "application/manifest+json", "/icon.svg": "image/svg+xml", "/icon-192.png": "image/png"} {
		if response, _ := do(t, newRequest(t, http.MethodGet, url+path, "")); response.Header.Get("Content-Type") != want {
			t.Errorf("%s is of type %q, want %q", path, response.Header.Get("Content-Type"), want)
		}
	}
	for path, want := range map[string]int{
		"/index.html": http.StatusOK, "/nothing": http.StatusNotFound, "/dist/": http.StatusNotFound, "/../server.go": http.StatusNotFound,
	} {
		if response, _ := do(t, newRequest(t, http.MethodGet, url+path, "")); response.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, response.Status, want)
		}
	}
	if response, _ := do(t, newRequest(t, http.MethodPost, url+"/", "")); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("post: %s", response.Status)
	}
}

// testStyle checks a file that is compressed by the server, and kept for ever by the
// address that the page gives it.
func testStyle(t *testing.T, base, style string) {
	t.Helper()
	for address, caching := range map[string]string{style: "public, max-age=31536000, immutable", "style.css?v=old": "no-cache", "style.css": "no-cache"} {
		response, body := do(t, newRequest(t, http.MethodGet, base+address, "", "Accept-Encoding", "br, gzip"))
		if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != caching {
			t.Errorf("%s: %s, %q", address, response.Status, response.Header.Get("Cache-Control"))
		}
		if response.Header.Get("Content-Encoding") != "gzip" || response.ContentLength > 100 || len(body) != int(response.ContentLength) {
			t.Errorf("%s: %d bytes, %v", address, len(body), response.Header)
		}
	}
}

// TestHostileRequests sends requests that no client of ours sends. Other clients
// must still be served.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	find := url + matchmakingv1connect.MatchmakingServiceFindMatchProcedure
	for name, test := range map[string]struct {
		request *http.Request
		want    int
	}{
		"a stream's body cut short":   {newRequest(t, http.MethodPost, find, "\x00\x00\x00\x10\x00abc", "Content-Type", "application/connect+proto"), http.StatusOK},
		"a promise of 4 GB":           {newRequest(t, http.MethodPost, find, "\x00\xff\xff\xff\xffabc", "Content-Type", "application/connect+proto"), http.StatusOK},
		"rubbish for JSON":            {newRequest(t, http.MethodPost, url+matchmakingv1connect.MatchmakingServiceCancelMatchProcedure, "{{{", "Content-Type", "application/json"), http.StatusBadRequest},
		"a megabyte of JSON":          {newRequest(t, http.MethodPost, url+matchmakingv1connect.MatchmakingServiceCancelMatchProcedure, `{"requestId":"`+strings.Repeat("a", 1<<20)+`"}`, "Content-Type", "application/json"), http.StatusBadRequest},
		"another content type":        {newRequest(t, http.MethodPost, find, "{}", "Content-Type", "text/plain"), http.StatusUnsupportedMediaType},
		"GET of what changes things":  {newRequest(t, http.MethodGet, url+matchmakingv1connect.MatchmakingServiceCancelMatchProcedure+"?connect=v1&encoding=json&message=%7B%7D", ""), http.StatusMethodNotAllowed},
		"a procedure that is not one": {newRequest(t, http.MethodPost, find+"x", "{}", "Content-Type", "application/json"), http.StatusNotImplemented},
	} {
		response, body := do(t, test.request)
		if response.StatusCode != test.want {
			t.Errorf("%s: %s %s, want %d", name, response.Status, body, test.want)
		}
	}
	pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
}

// TestSlowRequest never sends a request's body. The server must give it up.
func TestSlowRequest(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // the test is over
	began := time.Now()
	if _, err := io.WriteString(connection, "POST "+matchmakingv1connect.MatchmakingServiceFindMatchProcedure+" HTTP/1.1\r\nHost: localhost\r\n"+
		"Content-Type: application/connect+json\r\nContent-Length: 100\r\n\r\nabc"); err != nil {
		t.Fatal(err)
	}
	if err := connection.SetReadDeadline(began.Add(soon)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Errorf("not ended by the server after %v: %v", time.Since(began), err)
	}
	if !strings.Contains(string(answer), "deadline_exceeded") || strings.Contains(string(answer), "127.0.0.1") {
		t.Errorf("answer %s", answer)
	}
}
