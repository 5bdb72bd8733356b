package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Show makes the page look like the state. It touches only what changed:
// setting a value anew would break a composition of an input method, and
// writing a status anew would have it read out again.
func (p *Page) Show(state ui.State) (err error) {
	defer domjs.Catch(&err)
	view := ui.Present(state, p.language)
	p.root.Get("dataset").Set("layout", string(view.Layout))
	status := element("status")
	status.Get("dataset").Set("tone", string(view.Tone))
	setText(status, view.Status)
	setText(element("count"), view.Count)
	setText(element("counter"), view.Counter)
	setText(element("common"), view.Common)

	p.showInterests(view.Start, view.Chosen)
	element("composer").Set("hidden", view.Start)
	p.showButton("start", view.Start, view.Start)
	p.showButton("next", view.Next, view.Next)
	p.showButton("stop", view.Stop, view.Stop)
	p.showButton("send", true, view.Sendable)
	p.buttons["next"].Get("classList").Call("toggle", "primary", !view.Writing)
	p.input.Set("disabled", !view.Writing)
	if p.input.Get("value").String() != view.Draft {
		p.input.Set("value", view.Draft)
	}
	p.messages.show(view.Messages)
	return nil
}

func (p *Page) showButton(id string, present, enabled bool) {
	p.buttons[id].Set("hidden", !present)
	p.buttons[id].Set("disabled", !enabled)
}

// setText writes plain text; markup in it stays text.
func setText(target js.Value, text string) {
	if target.Get("textContent").String() != text {
		target.Set("textContent", text)
	}
}
