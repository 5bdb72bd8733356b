//go:build !js

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestThePageUnderAPath opens the page behind a proxy that serves it, and the
// services, under a path. Nothing else of the origin is the program's.
func TestThePageUnderAPath(t *testing.T) {
	t.Parallel()
	chrome, program := englishBrowser(t), serve(t, "--trusted-proxies", "127.0.0.1")
	target, err := url.Parse(program.url)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
	}}
	mux := http.NewServeMux()
	mux.Handle("/some/thing/", http.StripPrefix("/some/thing", forward))
	proxy := httptest.NewServer(mux)
	t.Cleanup(func() {
		proxy.CloseClientConnections()
		proxy.Close()
	})
	// This proxy cuts the response of a stream that its reader has left.
	alice := chrome.open(t, "Alice", proxy.URL+"/some/thing/", networkError)
	bob := chrome.open(t, "Bob", proxy.URL+"/some/thing/index.html", networkError)
	connect(alice, bob)
	newTalk(alice, bob).goOnFor(0)
	alice.press("stop")
	bob.sees(ui.TextPeerLeft)
}
