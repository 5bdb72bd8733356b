package dom

import (
	"runtime"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
)

// build fills the panel with its parts, in which the texts never change.
func (p *Panel) build() {
	heading := textElement("h2", "", p.words.text("title"))
	heading.Set("id", "inside-title")
	export := textElement("button", "quiet", p.words.text("export"))
	shut := textElement("button", "quiet", p.words.text("close"))
	p.listeners.On(export, "click", func(js.Value) { p.export() })
	p.listeners.On(shut, "click", func(js.Value) { p.toggle(false) })
	broken := p.part("breakit")
	for _, attempt := range []struct {
		name string
		try  func()
	}{
		{"vanish", func() { p.vanish(8 * time.Second) }},
		{"vanish-longer", func() { p.vanish(14 * time.Second) }},
		{"cut", func() { cutServers(20 * time.Second) }},
	} {
		button := textElement("button", "attempt", p.words.text(attempt.name))
		button.Set("id", "inside-"+attempt.name)
		p.listeners.On(button, "click", func(js.Value) { attempt.try() })
		broken.Call("append", button)
	}
	bar := newElement("header", "")
	bar.Call("append", heading, export, shut)
	p.timeline.clear(newElement("ol", ""))
	p.root.Call("replaceChildren", bar,
		p.part("network", place{"p", "pair"}, place{"div", "plot"}),
		p.part("bytes", place{"p", "bytes-servers"}, place{"p", "bytes-peer"}, place{"p", "bytes-zero"}),
		broken,
		p.part("timeline", place{"p", "nothing"}),
		p.timeline.list,
		p.part("candidates", place{"div", "pairs"}, place{"ul", "candidates"}),
		p.part("wasm", place{"dl", "wasm-facts"}))
}

// place is an element that is filled later.
type place struct{ tag, name string }

// part returns a section with a heading and places.
func (p *Panel) part(name string, places ...place) js.Value {
	section := newElement("section", "")
	section.Call("append", textElement("h3", "", p.words.text(name)))
	for _, place := range places {
		made := newElement(place.tag, "")
		made.Set("id", "inside-"+place.name)
		section.Call("append", made)
	}
	return section
}

func (p *Panel) showBytes(now inside.Snapshot) {
	direct, relayed := now.Direct()
	setText(element("inside-bytes-servers"), p.words.text("through-servers")+": "+bytes(uint64(now.ThroughServers))) //nolint:gosec // not negative
	setText(element("inside-bytes-peer"), p.words.text("directly")+": "+bytes(direct))
	zero := ""
	switch {
	case relayed:
		zero = p.words.text("relayed")
	case direct > 0 && now.Released && now.Since == 0:
		zero = p.words.text("zero")
	}
	setText(element("inside-bytes-zero"), zero)
	nothing := ""
	switch {
	case now.Began.IsZero() && p.timeline.talking():
		nothing = p.words.text("late")
	case now.Began.IsZero():
		nothing = p.words.text("nothing")
	}
	setText(element("inside-nothing"), nothing)
}

// talking reports whether the page is in a chat or a search.
func (timeline) talking() bool { return !element("stop").Get("hidden").Bool() }

func (p *Panel) showNetwork(now inside.Snapshot) {
	way := now.Way()
	if way != "" {
		way = p.words.text("pair-" + way)
	}
	setText(element("inside-pair"), way)
	p.showPairs(now)
	showPlot(p.words, now.RoundTrips)
	list := element("inside-candidates")
	for have := list.Get("children").Length(); have > len(now.Candidates); have-- {
		list.Get("lastElementChild").Call("remove")
	}
	for _, candidate := range now.Candidates[list.Get("children").Length():] {
		side := "remote"
		if candidate.Local {
			side = "local"
		}
		list.Call("append", textElement("li", "", p.words.text(side)+" "+candidate.Type+": "+candidate.Line))
	}
}

func (p *Panel) showPairs(now inside.Snapshot) {
	table := newElement("table", "")
	row := func(tag string, cells ...string) js.Value {
		line := newElement("tr", "")
		for _, cell := range cells {
			line.Call("append", textElement(tag, "", cell))
		}
		table.Call("append", line)
		return line
	}
	if len(now.Pairs) > 0 {
		row("th", p.words.text("local"), p.words.text("remote"), p.words.text("state"), p.words.text("round-trip"))
	}
	for _, pair := range now.Pairs {
		trip := ""
		if pair.RTT > 0 {
			trip = milliseconds(pair.RTT)
		}
		line := row("td", pair.LocalType+" "+pair.Local, pair.RemoteType+" "+pair.Remote, pair.State, trip)
		if pair.Selected {
			line.Set("className", "selected")
			line.Get("lastElementChild").Get("previousElementSibling").Set("textContent", p.words.text("chosen"))
		}
	}
	if place := element("inside-pairs"); place.Get("textContent").String() != table.Get("textContent").String() {
		place.Call("replaceChildren", table)
	}
}

// showPlot draws the round trips as a line, and says the last one.
func showPlot(words *words, trips []time.Duration) {
	place := element("inside-plot")
	if len(trips) == 0 {
		place.Call("replaceChildren")
		return
	}
	const width, height = 300, 48
	highest := time.Millisecond
	for _, trip := range trips {
		highest = max(highest, trip)
	}
	var points strings.Builder
	for i, trip := range trips {
		x := width * float64(i) / float64(max(len(trips)-1, 1))
		y := height - (height-4)*float64(trip)/float64(highest)
		points.WriteString(strconv.FormatFloat(x, 'f', 1, 64) + "," + strconv.FormatFloat(y, 'f', 1, 64) + " ")
	}
	const space = "http://www.w3.org/2000/svg"
	document := js.Global().Get("document")
	drawing, line := document.Call("createElementNS", space, "svg"), document.Call("createElementNS", space, "polyline")
	drawing.Call("setAttribute", "viewBox", "0 0 300 48")
	drawing.Call("setAttribute", "aria-hidden", "true")
	line.Call("setAttribute", "points", points.String())
	drawing.Call("append", line)
	last := words.text("round-trip") + ": " + milliseconds(trips[len(trips)-1])
	place.Call("replaceChildren", textElement("p", "", last), drawing)
}

func (p *Panel) showWasm() {
	list := element("inside-wasm-facts")
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	loaded := js.Global().Get("clientLoaded")
	facts := []string{
		p.words.text("size"), bytes(uint64(loaded.Get("size").Float())),
		p.words.text("compiled"), milliseconds(time.Duration(loaded.Get("compiled").Float() * float64(time.Millisecond))),
		p.words.text("memory"), bytes(memory.HeapAlloc) + " / " + bytes(memory.Sys),
		p.words.text("goroutines"), strconv.Itoa(runtime.NumGoroutine()),
		p.words.text("crossings"), strconv.Itoa(loaded.Call("crossingsASecond").Int()),
	}
	cells := list.Get("children")
	for i, fact := range facts {
		if i >= cells.Length() {
			list.Call("append", newElement([]string{"dt", "dd"}[i%2], ""))
		}
		setText(cells.Index(i), fact)
	}
}

// export saves what is recorded as a file. It never leaves the browser otherwise.
func (p *Panel) export() {
	var err error
	defer domjs.Catch(&err)
	now := p.log.Snapshot()
	text := now.JSON()
	blob := js.Global().Get("Blob").New([]any{text}, map[string]any{"type": "application/json"})
	address := js.Global().Get("URL").Call("createObjectURL", blob)
	link := newElement("a", "")
	link.Set("href", address)
	link.Set("download", "inside.json")
	link.Call("click")
	js.Global().Get("URL").Call("revokeObjectURL", address)
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
}

// bytes returns a number of bytes such as "1.2 MB".
func bytes(count uint64) string {
	switch {
	case count < 10_000:
		return strconv.FormatUint(count, 10) + " B"
	case count < 10_000_000:
		return strconv.FormatFloat(float64(count)/1e3, 'f', 1, 64) + " KB"
	default:
		return strconv.FormatFloat(float64(count)/1e6, 'f', 1, 64) + " MB"
	}
}
