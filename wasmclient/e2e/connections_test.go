//go:build !js

package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestCallsUseTheConnectionOfThePage loads the page over TLS and HTTP/2 and
// searches: the calls use the connection that loaded the page. Opening another one
// costs a server as much as a whole pairing.
func TestCallsUseTheConnectionOfThePage(t *testing.T) {
	t.Parallel()
	target, err := url.Parse(serve(t, "--trusted-proxies", "127.0.0.1").url)
	if err != nil {
		t.Fatal(err)
	}
	var opened, calls atomic.Int64
	proxy := httptest.NewUnstartedServer(&httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		if r.In.Method == http.MethodPost && r.In.ProtoMajor == 2 {
			calls.Add(1)
		}
		r.SetURL(target)
		r.SetXForwarded()
	}})
	proxy.EnableHTTP2 = true
	proxy.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	proxy.StartTLS()
	t.Cleanup(func() {
		proxy.CloseClientConnections()
		proxy.Close()
	})
	chrome := newBrowser(t, "en-US", chromedp.Flag("ignore-certificate-errors", true))
	alice := chrome.open(t, "Alice", proxy.URL, networkError)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	if calls.Load() == 0 {
		t.Error("no call over HTTP/2")
	}
	if opened.Load() != 1 {
		t.Errorf("%d connections are opened, want one", opened.Load())
	}
	alice.press("stop")
}
