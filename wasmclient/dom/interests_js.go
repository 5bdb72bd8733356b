package dom

import (
	"slices"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// addInterests adds a button for each interest to #interests.
func (p *Page) addInterests() {
	group := element("interests")
	for _, interest := range ui.Interests {
		button := newElement("button", "interest")
		button.Set("type", "button")
		button.Set("id", "interest-"+interest.ID)
		button.Set("textContent", interest.Name.In(p.language))
		group.Call("append", button)
		p.interests[interest.ID] = button
	}
}

// showInterests marks the chosen interests, for screen readers too.
func (p *Page) showInterests(present bool, chosen []string) {
	element("interests").Set("hidden", !present)
	for id, button := range p.interests {
		setAttribute(button, "aria-pressed", map[bool]string{true: "true", false: "false"}[slices.Contains(chosen, id)])
	}
}

// setAttribute sets an attribute if its value differs, because a screen reader
// may read out an attribute that is set again.
func setAttribute(target js.Value, name, value string) {
	if now := target.Call("getAttribute", name); now.IsNull() || now.String() != value {
		target.Call("setAttribute", name, value)
	}
}
