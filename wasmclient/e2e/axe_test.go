//go:build !js

package e2e

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

//go:embed axe/package.json axe/package-lock.json
var axePackage embed.FS

// axe returns the script of axe-core, which it installs from the npm registry.
var axe = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "wasmp2pchat-axe-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // best effort
	if err := os.CopyFS(folder, axePackage); err != nil {
		return "", err
	}
	install := exec.Command("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
	install.Dir = filepath.Join(folder, "axe")
	if output, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w: %s", err, output)
	}
	script, err := os.ReadFile(filepath.Join(install.Dir, "node_modules", "axe-core", "axe.min.js"))
	return string(script), err
})

// faults returns what axe finds with all rules of WCAG 2.2 and its own: a line for each element.
const faults = `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: {"target-size": {enabled: true}}})
	.then(({violations}) => violations.flatMap(({id, help, nodes}) => nodes.map(node => [id, help, node.target, node.failureSummary].join("; "))))`

// accessible fails the test if axe finds a fault in the page as it is now, in one of the schemes.
func (tab *tab) accessible(state string, schemes ...string) {
	tab.t.Helper()
	script, err := axe()
	if err != nil {
		tab.t.Fatal(err)
	}
	if !read[bool](tab, `"axe" in window`) {
		tab.evaluate(script + `; undefined`)
	}
	for _, scheme := range schemes {
		// Colors that still change are none of the scheme.
		tab.emulate("prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
		found, err := chromedp.Run(tab.ctx, chromedp.Evaluate[[]string](faults, chromedp.EvalAwaitPromise))
		if err != nil {
			tab.t.Fatalf("%s, %s: %v", state, scheme, err)
		}
		if len(found) > 0 {
			tab.t.Errorf("%s, %s: axe finds %d faults:\n%s", state, scheme, len(found), strings.Join(found, "\n"))
		}
	}
}

// TestAxeFindsNothing leads a page through its states. In short, each language has one of the
// schemes: names depend on the language, contrasts on the scheme.
func TestAxeFindsNothing(t *testing.T) {
	t.Parallel()
	looks := map[ui.Language][]string{ui.English: schemes, ui.Japanese: schemes}
	if testing.Short() {
		looks = map[ui.Language][]string{ui.English: {"dark"}, ui.Japanese: {"light"}}
	}
	for language, schemes := range looks {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			server := serve(t)
			alice, bob := englishBrowser(t).open(t, "Alice", server.url, networkError), englishBrowser(t).open(t, "Bob", server.url, networkError)
			for _, tab := range []*tab{alice, bob} {
				tab.chooses("language", string(language))
			}
			sees := func(status ui.Text) {
				t.Helper()
				alice.seesIn(language, status)
			}
			look := func(state string) {
				t.Helper()
				alice.accessible(state, schemes...)
			}
			meet := func() {
				t.Helper()
				alice.begins()
				bob.begins()
				sees(ui.TextConnected)
			}
			alice.likes("music")
			alice.press("own-interest")
			alice.types("chess")
			alice.enter()
			look("start")
			alice.press("settings-open")
			look("settings")
			alice.press("settings-close")
			alice.press("check")
			alice.waitFor("the connection is checked", `document.querySelector("#found .none") !== null && !document.getElementById("check").disabled`)
			look("connection checked")

			alice.press("start")
			sees(ui.TextWaitingInterests)
			look("waiting")
			alice.press("stop")
			sees(ui.TextStopped)
			look("stopped")
			alice.press("inside-open")
			alice.waitFor("the panel is open", `document.querySelector("#inside h2") !== null`)
			look("panel without a chat")
			meet()
			look("connected")
			alice.say("hello", "👋", "see https://example.com")
			bob.say("hi")
			alice.waitFor("both have written", `document.querySelectorAll(".message").length === 4`)
			alice.waitFor("the timeline is complete", `document.querySelector('#inside .step[data-key="released"]') !== null`)
			alice.evaluate(`document.querySelectorAll("#inside .step summary").forEach((step, i) => { if (i < 12) step.click() })`)
			alice.waitFor("the steps are open", `document.querySelectorAll("#inside .why").length >= 12`)
			look("panel of a chat")
			alice.press("inside-vanish")
			alice.say("are you there?")
			sees(ui.TextInterrupted)
			look("interrupted")
			sees(ui.TextConnectedAgain)
			alice.evaluate(`document.querySelector("#inside header button:last-child").click()`)
			look("chat")
			alice.press("next")
			look("asked")
			alice.resize(320, 568)
			look("chat in a small window")
			alice.press("input")
			alice.types("not sent")
			bob.leaves()
			sees(ui.TextPeerNext)
			look("left, with a draft")
			alice.press("block")
			alice.press("block")
			sees(ui.TextBlocked)
			look("blocked")
			server.kill()
			alice.press("next")
			sees(ui.TextRetrying)
			look("no server")
		})
	}
}

// TestAxeFindsNothingInAPageThatFails looks at a page whose client cannot be loaded.
func TestAxeFindsNothingInAPageThatFails(t *testing.T) {
	t.Parallel()
	alice := englishBrowser(t).newTab(t, "Alice", "net::ERR_BLOCKED_BY_CLIENT", "Failed to fetch", "Event")
	alice.do("open the page", blocked("/dist/client.wasm"), chromedp.Navigate(serve(t).url))
	alice.waitFor("the status says why", statusText+` === `+quote(cannotReach))
	alice.accessible("not loaded", schemes...)
}
