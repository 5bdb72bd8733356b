//go:build !js

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// buildTSPeer installs the packages of examples/ts-peer from the npm registry, builds it, and
// returns the folder of its page. Everything is deleted when the test ends.
func buildTSPeer(t *testing.T) string {
	t.Helper()
	copied := t.TempDir()
	folder := filepath.Join(copied, "wasmclient", "examples", "ts-peer") // package.json names gen/es from there
	if err := os.CopyFS(filepath.Join(copied, "gen", "es"), os.DirFS("../../gen/es")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".npmrc", "package.json", "package-lock.json", "tsconfig.json", "index.html", "peer.ts", "page.ts", "retry.ts"} {
		text, err := os.ReadFile(filepath.Join("../examples/ts-peer", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"npm ci --ignore-scripts --prefer-offline --no-audit --no-fund", "npm run build"} {
		arguments := strings.Fields(command)
		command := exec.CommandContext(t.Context(), arguments[0], arguments[1:]...)
		command.Dir = folder
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	return folder
}

// TestTypeScriptPeer chats between the page and the peer in TypeScript, as offerer and as
// answerer, and lets each of them leave first.
func TestTypeScriptPeer(t *testing.T) {
	t.Parallel()
	pages := httptest.NewServer(http.FileServer(http.Dir(buildTSPeer(t))))
	t.Cleanup(pages.Close)
	const status, lines = `document.getElementById("status").textContent`, `[...document.querySelectorAll("#log > li")].map(line => line.className + " " + line.textContent).join("\n")`
	sees := func(peer *tab, text string) {
		t.Helper()
		peer.waitFor("the status is "+text, status+".startsWith("+quote(text)+")")
	}
	say := func(peer *tab, text string) {
		t.Helper()
		peer.do("write", chromedp.Click(chromedp.CSS("#text"), chromedp.NodeVisible))
		peer.say(text)
	}
	for _, test := range []struct {
		name      string
		pageFirst bool
	}{{"the page offers", true}, {"the peer offers", false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			chrome, server := englishBrowser(t), serve(t, "--allowed-origins", pages.URL)
			alice, peer := chrome.open(t, "Alice", server.url), chrome.newTab(t, "the peer", "favicon.ico")
			open := func() {
				peer.do("open", chromedp.Navigate(pages.URL+"/?server="+url.QueryEscape(server.url)))
			}
			if test.pageFirst {
				alice.press("start")
				alice.sees(ui.TextWaitingAlone)
				open()
			} else {
				open()
				sees(peer, "Waiting")
				alice.press("start")
			}
			alice.sees(ui.TextConnected)
			sees(peer, "Connected")
			say(peer, "<b>hello</b>")
			alice.shows(line{false, "<b>hello</b>"})
			alice.say("hi")
			peer.waitFor("both lines", lines+` === "mine <b>hello</b>\ntheirs hi"`)
			if test.pageFirst {
				alice.press("stop")
				sees(peer, "Your partner has left (STOPPED).")
				return
			}
			peer.press("leave")
			alice.sees(ui.TextPeerLeft)
		})
	}
}
