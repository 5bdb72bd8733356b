package dom

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"

// showNetwork shows what a partner sees of the person's address, and what a check of the
// connection has found.
func (p *Page) showNetwork(view ui.View) {
	p.hide.Set("checked", view.Hide.On)
	p.hide.Set("disabled", !view.Hide.Enabled)
	setText(element("privacy"), view.Privacy)
	p.showButton("check", true, view.Check)
	list := element("found")
	lines := list.Get("children")
	before := lines.Length()
	for i, finding := range view.Found {
		if i >= lines.Length() {
			list.Call("append", newElement("li", ""))
		}
		line := lines.Index(i)
		setAttribute(line, "class", string(finding.Mark))
		setText(line, finding.Text)
	}
	for lines.Length() > len(view.Found) {
		list.Get("lastElementChild").Call("remove")
	}
	if lines.Length() > before {
		list.Call("scrollIntoView", map[string]any{"block": "nearest"})
	}
}
