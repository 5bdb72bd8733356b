//go:build !js

package e2e

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium returns the browser to test with.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium in PATH, and CHROMIUM does not name one: make doctor tells what to install")
	return ""
}

// browser is a running Chromium with one language.
type browser struct {
	ctx       context.Context
	onePerson bool // tabs share a profile, and so its connections; otherwise each has its own
	newcomers bool // have not agreed to what the sheet before the first START says
}

func newBrowser(t *testing.T, language string, flags ...chromedp.ExecAllocatorOption) browser {
	t.Helper()
	browser, stop, err := startBrowser(chromium(t), language, flags...)
	if err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(stop)
	return browser
}

// english is the browser that most tests share: each tab has a profile of its
// own anyway, and starting Chromium takes longer than a test.
var english struct {
	sync.Mutex
	browser
	stop func()
}

func englishBrowser(t *testing.T) browser {
	t.Helper()
	english.Lock()
	defer english.Unlock()
	if english.stop == nil {
		var err error
		if english.browser, english.stop, err = startBrowser(chromium(t), "en-US"); err != nil {
			t.Fatalf("start Chromium: %v", err)
		}
	}
	return english.browser
}

func stopEnglishBrowser() {
	english.Lock()
	defer english.Unlock()
	if english.stop != nil {
		english.stop()
	}
}

// uselessFeatures are those of Chromium that only cost time: each window has two pages for its
// address bar, which take longer than the page that is tested, and a process is kept ready for
// a page that nobody opens. The last two are among chromedp's defaults, which these replace.
var uselessFeatures = []string{
	"WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "SpareRendererForSitePerProcess",
	"Translate", "BlinkGenPropertyTrees",
}

func startBrowser(path, language string, flags ...chromedp.ExecAllocatorOption) (browser, func(), error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], // headless, a new profile, nothing slowed down in the background
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // there is none for root in a container
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", strings.Join(uselessFeatures, ",")),
		chromedp.Flag("lang", language),
		chromedp.Flag("accept-lang", language),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	ctx, cancel := chromedp.NewContext(allocator)
	stop := func() {
		cancel()
		stopAllocator()
		chromedp.FromContext(ctx).Allocator.Wait()
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return browser{}, nil, err
	}
	return browser{ctx: ctx}, stop, nil
}

// console collects what a page complains about.
type console struct {
	mu     sync.Mutex
	lines  []string // guarded by mu: everything
	errors []string // guarded by mu: what fails the test
}

func (c *console) add(line string, isError bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
	if isError {
		c.errors = append(c.errors, line)
	}
}

func (c *console) read() (lines, errors []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.lines), slices.Clone(c.errors)
}
