package dom

import (
	"strings"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Show updates the page to the state. It writes only what changed: setting the
// input's value again would break the composition of an input method, and
// writing the status again would make a screen reader read it out again.
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
	setText(element("typing"), view.Typing)
	showCode(view)

	p.interests.show(view.Interests, view, p.language)
	p.showButton("invite-open", view.OffersInvite, view.OffersInvite)
	p.invite.show(view.Invite)
	p.showSettings(view)
	p.showNetwork(view)
	element("composer").Set("hidden", view.Start)
	p.showButton("start", view.Start, view.Start)
	p.showButton("next", view.Next, view.Next)
	p.showButton("stop", view.Stop, view.Stop)
	p.showButton("block", view.Block, view.Block)
	p.showButton("home", view.Home, view.Home)
	p.showButton("send", !view.Copyable, view.Sendable)
	p.showButton("copy", view.Copyable, view.Copyable)
	p.buttons["next"].Get("classList").Call("toggle", "primary", !view.Writing)
	p.buttons["next"].Get("classList").Call("toggle", "asked", view.Asked == ui.ControlNext)
	p.buttons["block"].Get("classList").Call("toggle", "asked", view.Asked == ui.ControlBlock)
	setText(element("hint"), view.Hint)
	p.showButton("new", view.New != "", true)
	setText(p.buttons["new"], view.New)
	if document := js.Global().Get("document"); document.Get("title").String() != view.Title {
		document.Set("title", view.Title)
	}
	p.suggestions.show(view.Suggestions)
	p.input.Set("disabled", !view.Writing && !view.Copyable)
	p.input.Set("readOnly", view.Copyable)
	if p.input.Get("value").String() != view.Draft {
		p.input.Set("value", view.Draft)
	}
	p.files.show(view.Writing)
	p.messages.show(view.Messages)
	p.scrolledUp = state.ScrolledUp
	return nil
}

func (p *Page) showSettings(view ui.View) {
	p.sound.Set("checked", view.Settings.Sound)
	p.notify.Set("checked", view.Settings.Notify)
	p.sound.Set("disabled", false)
	p.notify.Set("disabled", false)
	setText(element("refused"), view.Refused)
}

func (p *Page) showButton(id string, present, enabled bool) {
	p.buttons[id].Set("hidden", !present)
	p.buttons[id].Set("disabled", !enabled)
}

// setText sets plain text. Markup in it is shown as text.
func setText(target js.Value, text string) {
	if target.Get("textContent").String() != text {
		target.Set("textContent", text)
	}
}

// showCode shows the symbols of the safety code. Whether they are in sight is the person's
// choice.
func showCode(view ui.View) {
	var symbols []string
	for _, code := range view.Codes {
		symbols = append(symbols, code.Symbols...)
	}
	element("safety").Set("hidden", len(symbols) == 0)
	setText(element("code-note"), view.CodeNote)
	list := element("code")
	if all := strings.Join(symbols, ""); list.Get("textContent").String() != all {
		list.Call("replaceChildren")
		for _, symbol := range symbols {
			entry := js.Global().Get("document").Call("createElement", "li")
			entry.Set("textContent", symbol)
			list.Call("append", entry)
		}
	}
}
