package dom

import (
	"slices"
	"strconv"
	"strings"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// interests are the interests to choose from, and a field for others.
type interests struct {
	offered map[string]js.Value // buttons, by the interest's ID
	own     js.Value            // has a button for each that is not offered
	field   js.Value
	shown   []string // in own
}

func newInterests() *interests {
	i := &interests{offered: make(map[string]js.Value), own: element("own"), field: element("own-interest")}
	for _, interest := range ui.Interests {
		i.offered[interest.ID] = element("interest-" + interest.ID)
	}
	return i
}

// translate sets the texts of the field. The next show makes the buttons of own again.
func (i *interests) translate(language ui.Language) {
	i.field.Set("placeholder", ui.TextOwnInterest.In(language))
	i.field.Set("maxLength", ui.MaxOwnInterest)
	i.shown = nil
}

// listenToInterests posts what the person chooses.
func (p *Page) listenToInterests(post func(ui.Event)) {
	for id, button := range p.interests.offered {
		p.listeners.On(button, "click", func(js.Value) { post(ui.Choose{Interest: id}) })
	}
	p.listeners.On(p.interests.own, "click", func(event js.Value) {
		if button := event.Get("target").Call("closest", "button"); button.Truthy() {
			post(ui.Choose{Interest: button.Get("dataset").Get("interest").String()})
			p.interests.field.Call("focus") // the button vanishes
		}
	})
	add := func() {
		if text := p.interests.take(); text != "" {
			post(ui.AddInterest{Text: text})
		}
	}
	p.listeners.On(p.interests.field, "keydown", func(event js.Value) {
		if keyOf(event).Sends() {
			event.Call("preventDefault")
			add()
		}
	})
	p.listeners.On(element("add-interest"), "click", func(js.Value) {
		add()
		p.interests.field.Call("focus")
	})
	// The text that is still in the field counts too.
	p.listeners.On(p.interests.field, "change", func(js.Value) { add() })
}

// take empties the field and returns what was in it, with the compatibility forms of letters
// replaced as the server does.
func (i *interests) take() string {
	normalize := js.Global().Get("String").Get("prototype").Get("normalize")
	text := normalize.Call("call", i.field.Get("value"), "NFKC").String()
	i.field.Set("value", "")
	return text
}

// show marks the chosen interests, for screen readers too.
func (i *interests) show(present bool, view ui.View, language ui.Language) {
	element("interests").Set("hidden", !present)
	for id, button := range i.offered {
		chosen := slices.Contains(view.Chosen, id)
		button.Set("disabled", !present || view.Full && !chosen)
		setAttribute(button, "aria-pressed", strconv.FormatBool(chosen))
	}
	i.field.Set("disabled", !present || view.Full)
	element("add-interest").Set("disabled", !present || view.Full)
	if slices.Equal(i.shown, view.Own) {
		return
	}
	i.shown = view.Own
	i.own.Call("replaceChildren")
	for _, interest := range view.Own {
		button := newButton("interest", interest)
		setAttribute(button, "data-interest", interest)
		setAttribute(button, "aria-label", strings.ReplaceAll(ui.TextRemoveInterest.In(language), "{interest}", interest))
		i.own.Call("append", button)
	}
}

// setAttribute sets an attribute if its value differs, because a screen reader
// may read out an attribute that is set again.
func setAttribute(target js.Value, name, value string) {
	if now := target.Call("getAttribute", name); now.IsNull() || now.String() != value {
		target.Call("setAttribute", name, value)
	}
}
