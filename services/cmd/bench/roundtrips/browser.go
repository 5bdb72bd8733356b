package roundtrips

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds every wait for a page. On a machine that is too busy a
// connection may fail, and the page tries again for up to a minute.
const patience = 2 * time.Minute

// A Browser is a running Chromium.
type Browser struct {
	ctx  context.Context
	stop func()
}

// NewBrowser starts the Chromium in PATH, or the one that CHROMIUM names. The
// caller ends it with Close.
func NewBrowser(ctx context.Context, more ...chromedp.ExecAllocatorOption) (*Browser, error) {
	path := os.Getenv("CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		return nil, errors.New("no Chromium in PATH, and CHROMIUM does not name one: make doctor tells what to install")
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(ctx, append(append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // there is none for root in a container
		chromedp.DisableGPU,
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("accept-lang", "en-US"),
		// Candidates must show addresses, or no proxy can be put before them.
		chromedp.Flag("disable-features", "WebRtcHideLocalIpsWithMdns"),
	), more...)...)
	browser, cancel := chromedp.NewContext(allocator)
	b := &Browser{browser, func() {
		cancel()
		stopAllocator()
	}}
	if err := chromedp.Do(browser); err != nil {
		b.Close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return b, nil
}

// Close ends the browser.
func (b *Browser) Close() { b.stop() }

// tab is a page in a profile of its own.
type tab struct {
	ctx   context.Context
	close func()
}

// open opens a page and returns when a condition in JavaScript holds there.
func (b *Browser) open(url, condition string) (*tab, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t := &tab{ctx, cancel}
	if err := t.load(url, condition); err != nil {
		cancel()
		return nil, err
	}
	return t, nil
}

// load opens a page instead of the one that is open.
func (t *tab) load(url, condition string) error {
	if err := chromedp.Do(t.ctx, chromedp.Navigate(url)); err != nil {
		return fmt.Errorf("open %s: %w", url, err)
	}
	return t.waitFor(condition)
}

// waitFor waits until a condition in JavaScript holds.
func (t *tab) waitFor(condition string) error {
	const pause = 20 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](condition))
		switch {
		case ctx.Err() != nil || err != nil:
			return fmt.Errorf("wait for %s: %w", condition, errors.Join(err, ctx.Err()))
		case holds:
			return nil
		}
		time.Sleep(pause)
	}
}

// holds reports whether a condition in JavaScript holds now.
func (t *tab) holds(condition string) bool {
	holds, err := chromedp.Run(t.ctx, chromedp.Evaluate[bool](condition))
	return err == nil && holds
}

// run runs a script, and waits for the promise that it is.
func (t *tab) run(script string) error {
	_, err := t.measure(script + ".then(() => 0)")
	return err
}

// measure returns the milliseconds that a promise gives.
func (t *tab) measure(script string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	milliseconds, err := chromedp.Run(ctx, chromedp.Evaluate[float64](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return 0, fmt.Errorf("run %.60s: %w", script, err)
	}
	return time.Duration(milliseconds * float64(time.Millisecond)), nil
}
