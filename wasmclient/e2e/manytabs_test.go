//go:build !js

package e2e

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestFourTabsOfOnePersonLookAtOnce: a browser has six connections to a server
// over HTTP/1.1, and streams in all of them would leave none for the calls that
// make a chat.
func TestFourTabsOfOnePersonLookAtOnce(t *testing.T) {
	t.Parallel()
	server := serve(t)
	chrome := newBrowser(t, "en-US")
	chrome.onePerson = true
	var tabs []*tab
	for i := range 6 {
		tabs = append(tabs, chrome.open(t, fmt.Sprintf("tab %d", i+1), server.url))
	}
	for i, tab := range tabs[:4] {
		tab.likes(ui.Interests[i].ID) // nothing in common: they look for a while
		tab.press("start")
		tab.sees(ui.TextWaitingInterests)
	}
	for _, tab := range tabs[4:] {
		tab.press("start")
		tab.sees(ui.TextTooManyTabs)
	}
	for _, tab := range tabs[:4] {
		tab.sees(ui.TextConnected)
	}
	for _, tab := range tabs[4:] {
		tab.startWhenFree()
	}
	for _, tab := range tabs[4:] {
		tab.sees(ui.TextConnected)
	}
	for i, tab := range tabs {
		tab.say(fmt.Sprintf("from tab %d", i+1))
	}
	for _, tab := range tabs {
		tab.waitFor("both have spoken", `document.querySelectorAll(".message").length === 2`)
	}
}

// TestManyTabsOverHTTP2: there all streams share one connection.
func TestManyTabsOverHTTP2(t *testing.T) {
	t.Parallel()
	program, err := url.Parse(serve(t).url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(program)
	proxy.FlushInterval = -1
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of closed tabs
	front := httptest.NewUnstartedServer(proxy)
	front.EnableHTTP2 = true
	front.StartTLS()
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
	})
	chrome := newBrowser(t, "en-US", chromedp.Flag("ignore-certificate-errors", true))
	chrome.onePerson = true
	for i := range 5 {
		tab := chrome.open(t, fmt.Sprintf("tab %d", i+1), front.URL, networkError)
		if protocol := read[string](tab, `performance.getEntriesByType("navigation")[0].nextHopProtocol`); protocol != "h2" {
			t.Fatalf("the page came by %q", protocol)
		}
		tab.likes(ui.Interests[i].ID)
		tab.press("start")
		tab.sees(ui.TextWaitingInterests)
	}
}

// startWhenFree presses START until another tab has released a stream.
func (tab *tab) startWhenFree() {
	tab.t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		tab.press("start")
		tab.waitFor("the search has begun or not", fmt.Sprintf(`[%s, %s, %s].includes(%s)`,
			quote(ui.TextTooManyTabs.In(ui.English)), quote(ui.TextWaitingAlone.In(ui.English)), quote(ui.TextConnected.In(ui.English)), statusText))
		if read[string](tab, statusText) != ui.TextTooManyTabs.In(ui.English) {
			return
		}
	}
	tab.t.Fatalf("%s: no stream became free", tab.name)
}
