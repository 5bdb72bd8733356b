package roundtrips

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Window is a page in a profile of its own.
type Window struct{ tab *tab }

// Open opens a page and returns when a condition in JavaScript holds there.
func (b *Browser) Open(url, condition string) (*Window, error) {
	opened, err := b.open(url, condition)
	if err != nil {
		return nil, err
	}
	return &Window{opened}, nil
}

// Close closes the page.
func (w *Window) Close() { w.tab.close() }

// Evaluate decodes the value of an expression in JavaScript, or of the promise that it
// is, into result, which may be nil.
func (w *Window) Evaluate(expression string, result any) error {
	ctx, cancel := context.WithTimeout(w.tab.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`Promise.resolve(`+expression+`).then((value) => JSON.stringify(value) ?? "null")`, chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("evaluate %.60s: %w", expression, err)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal([]byte(text), result)
}

// Loaded is how a page was loaded by somebody who comes for the first time.
type Loaded struct {
	Took   time.Duration // from the request for the page until it says what it says when it can be used
	Client time.Duration // the part of it since the page began to fetch the client
	Memory int64         // of its process, in bytes: the proportional set size, a moment later
}

// Load opens a page in a new profile until its status is idle, and closes it.
func (b *Browser) Load(url, idle string) (Loaded, error) {
	before := renderers()
	window, err := b.Open("about:blank", "true")
	if err != nil {
		return Loaded{}, err
	}
	defer window.Close()
	script := `(() => {
		new MutationObserver((_, observer) => {
			if (document.getElementById("status")?.textContent !== ` + strconv.Quote(idle) + `) return;
			window.idleAt = performance.now();
			observer.disconnect();
		}).observe(document, { subtree: true, childList: true, characterData: true });
		const { fetch } = window;
		window.fetch = (...request) => {
			if (String(request[0]).includes(".wasm")) window.fetchAt ??= performance.now();
			return fetch(...request);
		};
	})()`
	var prepare chromedp.Action[chromedp.Void] = func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(window.tab.ctx, prepare, chromedp.Navigate(url)); err != nil {
		return Loaded{}, fmt.Errorf("open %s: %w", url, err)
	}
	if err := window.tab.waitFor(`window.idleAt > 0`); err != nil {
		return Loaded{}, err
	}
	var idleAt, fetchAt milliseconds
	if err := errors.Join(window.Evaluate(`idleAt`, &idleAt), window.Evaluate(`fetchAt`, &fetchAt)); err != nil {
		return Loaded{}, err
	}
	time.Sleep(settle)
	loaded := Loaded{Took: idleAt.duration(), Client: (idleAt - fetchAt).duration()}
	for pid := range renderers() {
		if !before[pid] {
			loaded.Memory = max(loaded.Memory, proportionalSize(pid))
		}
	}
	return loaded, nil
}

// milliseconds is a time as browsers measure it.
type milliseconds float64

func (m milliseconds) duration() time.Duration {
	return time.Duration(m * milliseconds(time.Millisecond))
}

// settle is how long after loading the memory is measured.
const settle = 2 * time.Second

// renderers returns the processes of Chromium that show pages.
func renderers() map[string]bool {
	found := map[string]bool{}
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), "--type=renderer") { //nolint:gosec // of the system
			found[filepath.Base(filepath.Dir(path))] = true
		}
	}
	return found
}

// proportionalSize reads Pss of proc(5).
func proportionalSize(pid string) int64 {
	text, _ := os.ReadFile("/proc/" + pid + "/smaps_rollup") //nolint:gosec // of the system
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, "Pss: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	return 0
}
