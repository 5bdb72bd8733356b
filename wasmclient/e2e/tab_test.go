//go:build !js

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// englishInterest is that of a page in English on which nobody has chosen one. Whoever has it
// too meets that page at once.
const englishInterest = "lang:en"

// tab is a person with the page open.
type tab struct {
	t       *testing.T
	name    string
	ctx     context.Context
	console *console
	allowed []string // parts of console errors that are no fault
	end     func()   // closes it without a word
}

// agreed is a person who has seen the sheet before the first START in an earlier visit.
const agreed = `try { localStorage.setItem("wasmp2pchat.agreed", "1") } catch {}`

// newTab opens an empty tab. A console error that contains none of the allowed
// texts fails the test.
func (b browser) newTab(t *testing.T, name string, allowed ...string) *tab {
	t.Helper()
	tab := &tab{t: t, name: name, console: &console{}, allowed: allowed}
	options := []chromedp.ContextOption{chromedp.WithListener(tab.listen)}
	if !b.onePerson {
		options = append(options, chromedp.WithNewBrowserContext())
	}
	ctx, cancel := chromedp.NewContext(b.ctx, options...)
	tab.ctx = ctx
	tab.end = sync.OnceFunc(func() {
		defer cancel()
		tab.checkConsole()
	})
	t.Cleanup(tab.end)
	var first []chromedp.Action[chromedp.Void]
	if !b.newcomers {
		first = append(first, before(agreed))
	}
	if err := chromedp.Do(ctx, first...); err != nil {
		t.Fatalf("%s: open a tab: %v", name, err)
	}
	return tab
}

// open opens the page and returns when it can be used.
func (b browser) open(t *testing.T, name, url string, allowed ...string) *tab {
	t.Helper()
	tab := b.newTab(t, name, allowed...)
	tab.load(url)
	return tab
}

// running says that the client runs.
const running = `document.getElementById("check")?.disabled === false`

// load opens the page, again if need be, and returns when it can be used.
func (tab *tab) load(url string) {
	tab.t.Helper()
	tab.do("open the page", chromedp.Navigate(url))
	tab.waitFor("the client runs", running)
	tab.evaluate(noteStatuses)
	tab.evaluate(`addEventListener("click", () => window.clickedAt = Date.now(), true)`)
}

// noteStatuses makes a page keep every status that it shows from now on, and when.
const noteStatuses = `(() => {
	window.statuses = [];
	new MutationObserver(() => statuses.push({Text: document.getElementById("status").textContent, At: Date.now()}))
		.observe(document.getElementById("status"), {childList: true});
})()`

func (tab *tab) listen(event any) {
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var text []string
		for _, argument := range event.Args {
			text = append(text, string(argument.Value)+argument.Description)
		}
		isError := event.Type == runtime.ConsoleAPICalledTypeError || event.Type == runtime.ConsoleAPICalledTypeAssert
		tab.console.add(fmt.Sprintf("%s: %s", event.Type, strings.Join(text, " ")), isError)
	case *runtime.EventExceptionThrown:
		text := event.ExceptionDetails.Text
		if thrown := event.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
		tab.console.add("exception: "+text, true)
	case *log.EventEntryAdded:
		entry := event.Entry
		tab.console.add(fmt.Sprintf("%s: %s %s", entry.Level, entry.Text, entry.URL), entry.Level == log.EntryLevelError)
	case *inspector.EventTargetCrashed:
		tab.console.add("the process of the page has crashed", true)
	}
}

func (tab *tab) checkConsole() {
	lines, errors := tab.console.read()
	if len(lines) > 0 {
		tab.t.Logf("console of %s:\n%s", tab.name, strings.Join(lines, "\n"))
	}
	faults := slices.DeleteFunc(errors, func(line string) bool {
		return lateReport(line) || slices.ContainsFunc(tab.allowed, func(part string) bool { return strings.Contains(line, part) })
	})
	if len(faults) > 0 {
		tab.t.Errorf("console of %s has %d errors, the first: %s", tab.name, len(faults), faults[0])
	}
}

// lateReport recognises what the console says when a partner leaves before the
// server has heard from this side that both were connected: the room is closed,
// which is no fault.
func lateReport(line string) bool {
	return strings.Contains(line, "400 (Bad Request)") && strings.HasSuffix(line, "/"+signalingv1connect.SignalingServiceName+"/ReportOutcome")
}

func (tab *tab) do(step string, actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.t.Fatalf("%s: %s: %v\n%s", tab.name, step, err, tab.describe())
	}
}

func (tab *tab) evaluate(script string) {
	tab.t.Helper()
	tab.do("evaluate", chromedp.Evaluate[chromedp.Void](script))
}

// read evaluates an expression.
func read[T any](tab *tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tab.t.Fatalf("%s: read %s: %v", tab.name, expression, err)
	}
	return value
}

func (tab *tab) holds(condition string) bool {
	tab.t.Helper()
	return read[bool](tab, `Boolean(`+condition+`)`)
}

// waitFor waits until the page fulfils a condition in JavaScript, over
// navigations too.
func (tab *tab) waitFor(what, condition string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	tab.poll(what, func() bool {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](condition))
		return err == nil && holds
	})
}

// poll waits until a condition holds.
func (tab *tab) poll(what string, holds func() bool) {
	tab.t.Helper()
	deadline := time.After(patience)
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline:
			tab.t.Fatalf("%s: waited until %s\n%s", tab.name, what, tab.describe())
		}
	}
}

// describe tells what there is to see, for a test that fails.
func (tab *tab) describe() string {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	return fmt.Sprintf("the page shows (%v):\n%s", err, text)
}

// sees waits for a status, in English.
func (tab *tab) sees(status ui.Text) {
	tab.t.Helper()
	tab.seesIn(ui.English, status)
}

func (tab *tab) seesIn(language ui.Language, status ui.Text) {
	tab.t.Helper()
	text := status.In(language)
	tab.waitFor(fmt.Sprintf("the status is %q", text), `document.getElementById("status").textContent === `+quote(text))
}

// saw reports whether the status was ever this one.
func (tab *tab) saw(status ui.Text) bool {
	tab.t.Helper()
	return read[bool](tab, fmt.Sprintf(`statuses.some(status => status.Text === %s)`, quote(status.In(ui.English))))
}

// seesAt waits for a status, in English, and returns when it came up.
func (tab *tab) seesAt(status ui.Text) time.Time {
	tab.t.Helper()
	tab.sees(status)
	return time.UnixMilli(read[int64](tab, `statuses.at(-1).At`))
}

// clickedAt returns when a control was last clicked.
func (tab *tab) clickedAt() time.Time {
	tab.t.Helper()
	return time.UnixMilli(read[int64](tab, `clickedAt`))
}

func (tab *tab) press(button string) {
	tab.t.Helper()
	tab.do("press "+button, click("#"+button))
}

// click clicks what a CSS selector finds. While a document loads, Chromium may forget what was
// found; then nothing has been clicked.
func click(selector string) chromedp.Action[chromedp.Void] {
	once := chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		for {
			nothing, err := once(ctx, target)
			if refusal := (*cdproto.Error)(nil); !errors.As(err, &refusal) || refusal.Message != "Could not find node with given id" {
				return nothing, err
			}
		}
	}
}

// begins presses START, or NEXT after a chat.
func (tab *tab) begins() {
	tab.t.Helper()
	if read[bool](tab, `document.getElementById("start").hidden`) {
		tab.press("next")
		return
	}
	tab.press("start")
}

// leaves presses NEXT, and once more where both have written.
func (tab *tab) leaves() {
	tab.t.Helper()
	tab.press("next")
	if read[bool](tab, `document.getElementById("next").classList.contains("asked")`) {
		tab.press("next")
	}
}

// likes chooses interests.
func (tab *tab) likes(interests ...string) {
	tab.t.Helper()
	for _, interest := range interests {
		tab.press("interest-" + interest)
	}
}

// connect presses START, or NEXT, in each tab and waits until they talk.
func connect(tabs ...*tab) {
	for _, tab := range tabs {
		tab.t.Helper()
		tab.begins()
	}
	for _, tab := range tabs {
		tab.t.Helper()
		tab.sees(ui.TextConnected)
	}
}

// releasesServer waits until the chat no longer holds a stream of the server.
func (tab *tab) releasesServer() {
	tab.t.Helper()
	tab.waitFor("the server is no longer needed", `performance.getEntriesByType("resource").some(call => call.name.endsWith("/JoinRoom"))`)
}

// types writes where the keyboard focus is, as an input method or a paste does.
func (tab *tab) types(text string) {
	tab.t.Helper()
	tab.do("type", call(input.InsertText, input.InsertTextParams{Text: text}))
}

func (tab *tab) key(params input.DispatchKeyEventParams) {
	tab.t.Helper()
	down, up := params, params
	down.Type, up.Type = input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp
	up.Text = ""
	tab.do("press a key", call(input.DispatchKeyEvent, down), call(input.DispatchKeyEvent, up))
}

func (tab *tab) enter() {
	tab.t.Helper()
	tab.key(input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"})
}

// say writes lines and sends each with Enter.
func (tab *tab) say(lines ...string) {
	tab.t.Helper()
	for _, line := range lines {
		tab.types(line)
		tab.enter()
	}
}

// close closes the tab as a person does, and returns when it is gone.
func (tab *tab) close() {
	tab.t.Helper()
	detached, err := chromedp.Detached(tab.ctx)
	if err != nil {
		tab.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	// The tab may be gone before it answers.
	if err := chromedp.Do(ctx, call(page.Close, cdp.Empty{})); err != nil && !errors.Is(err, chromedp.ErrTargetDetached) {
		tab.t.Fatalf("%s: close: %v", tab.name, err)
	}
	select {
	case <-detached:
	case <-ctx.Done():
		tab.t.Fatalf("%s: the tab does not close", tab.name)
	}
}

// call makes a protocol command without an answer an action.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, command, params)
		return chromedp.Void{}, err
	}
}

func quote(text any) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings are always JSON
	}
	return string(quoted)
}

// phone makes the window that of a small phone.
func (tab *tab) phone() {
	tab.t.Helper()
	tab.resize(360, 740)
}

// fits fails the test if anything lies outside of the window, but what is last on the start
// page: one can scroll to that.
func (tab *tab) fits() {
	tab.t.Helper()
	outside := read[[]string](tab, `[...document.querySelectorAll("#page > *, #page button, #input, .message")]
		.filter(element => element.getClientRects().length > 0)
		.filter(element => {
			const box = element.getBoundingClientRect();
			return box.left < 0 || box.right > innerWidth || !element.matches(".message, #network, #network *, #how") && box.bottom > innerHeight;
		})
		.map(element => element.id || element.className)`)
	if len(outside) > 0 || read[bool](tab, `document.documentElement.scrollWidth > innerWidth`) {
		tab.t.Errorf("%s: outside of the window: %v", tab.name, outside)
	}
}
