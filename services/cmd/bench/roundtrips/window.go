package roundtrips

import (
	"context"
	"encoding/json"
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
		const check = () => {
			if (document.getElementById("status")?.textContent === ` + strconv.Quote(idle) + `) window.idleAt = performance.now();
			else setTimeout(check, 1);
		};
		check();
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
	var milliseconds float64
	if err := window.Evaluate(`idleAt`, &milliseconds); err != nil {
		return Loaded{}, err
	}
	time.Sleep(settle)
	loaded := Loaded{Took: time.Duration(milliseconds * float64(time.Millisecond))}
	for pid := range renderers() {
		if !before[pid] {
			loaded.Memory = max(loaded.Memory, proportionalSize(pid))
		}
	}
	return loaded, nil
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
