package dom

import (
	"slices"
	"syscall/js"
)

// showInterests marks the chosen interests, for screen readers too.
func (p *Page) showInterests(present bool, chosen []string) {
	element("interests").Set("hidden", !present)
	for id, button := range p.interests {
		button.Set("disabled", !present)
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
