package marionette

import (
	"encoding/json"
	"fmt"
)

// Window is one window of a Browser. All methods are safe for concurrent use.
type Window struct {
	browser *Browser
	handle  string
}

// Open opens a window with the page at url, and returns when that is loaded.
func (b *Browser) Open(url string) (*Window, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var opened struct{ Handle string }
	if err := b.command("WebDriver:NewWindow", map[string]any{"type": "window", "focus": true}, &opened); err != nil {
		return nil, err
	}
	w := &Window{b, opened.Handle}
	return w, w.command("WebDriver:Navigate", map[string]any{"url": url}, nil)
}

// command makes the browser work on this window. The browser's mu must be held.
func (w *Window) command(name string, parameters map[string]any, result any) error {
	if w.browser.window != w.handle {
		if err := w.browser.command("WebDriver:SwitchToWindow", map[string]any{"handle": w.handle}, nil); err != nil {
			return err
		}
		w.browser.window = w.handle
	}
	return w.browser.command(name, parameters, result)
}

// Evaluate decodes the value of an expression in JavaScript into result, which may be
// nil. It waits for a promise.
func (w *Window) Evaluate(expression string, result any) error {
	w.browser.mu.Lock()
	defer w.browser.mu.Unlock()
	script := `const [done] = arguments; Promise.resolve().then(() => (` + expression + `)).then((value) => done({value}), (error) => done({error: String(error)}))`
	var answer struct {
		Value struct {
			Value json.RawMessage
			Error string
		}
	}
	if err := w.command("WebDriver:ExecuteAsyncScript", map[string]any{"script": script, "args": []any{}}, &answer); err != nil {
		return err
	}
	if answer.Value.Error != "" {
		return fmt.Errorf("evaluate %.60s: %s", expression, answer.Value.Error)
	}
	if result == nil || answer.Value.Value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value.Value, result)
}

// Close closes the window as a person does: the page hears of it.
func (w *Window) Close() error {
	w.browser.mu.Lock()
	defer w.browser.mu.Unlock()
	if err := w.command("WebDriver:CloseWindow", map[string]any{}, nil); err != nil {
		return err
	}
	w.browser.window = ""
	return nil
}
