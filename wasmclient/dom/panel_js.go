package dom

import (
	"syscall/js"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
)

// The panel is kept up to date this often while it is open: what changes by itself, and
// what has come meanwhile.
const (
	panelEvery = time.Second
	panelPause = 100 * time.Millisecond
)

// panelKey is where the browser remembers that the panel was open.
const panelKey = "wasmp2pchat.inside"

// Panel is the panel "What happens inside". It fetches its words and its style when it is
// opened for the first time.
type Panel struct {
	log       *inside.Log
	update    func() // the pairs of candidates
	vanish    func(time.Duration)
	button    js.Value
	root      js.Value // #inside
	words     *words   // nil: not fetched
	timeline  timeline
	listeners domjs.Listeners
	opened    chan struct{} // filled when it is opened
}

// OpenPanel makes the panel work that shows log. It is open if it was when the page was
// last, or if the address of the page says so. Update is called now and then while it is
// open; it may wait. Vanish lets this side seem to be gone.
func OpenPanel(log *inside.Log, update func(), vanish func(time.Duration)) (panel *Panel, err error) {
	defer domjs.Catch(&err)
	p := &Panel{log: log, update: update, vanish: vanish, button: element("inside-open"), root: element("inside"), opened: make(chan struct{}, 1)}
	p.button.Set("disabled", false)
	p.listeners.On(p.button, "click", func(js.Value) { p.toggle(!p.isOpen()) })
	p.listeners.On(js.Global(), "hashchange", func(js.Value) { p.followAddress() })
	p.followAddress()
	if !p.isOpen() && remembered(panelKey) == "open" {
		p.toggle(true)
	}
	go p.run()
	return p, nil
}

// Close releases all callbacks.
func (p *Panel) Close() {
	p.listeners.Release()
	p.timeline.listeners.Release()
}

// followAddress opens the panel as a page of its own at #inside.
func (p *Panel) followAddress() {
	whole := js.Global().Get("location").Get("hash").String() == "#inside"
	body := js.Global().Get("document").Get("body").Get("dataset")
	if whole {
		body.Set("inside", "page")
		p.start()
	} else if body.Get("inside").Truthy() {
		body.Set("inside", "open")
	}
}

func (p *Panel) isOpen() bool {
	return js.Global().Get("document").Get("body").Get("dataset").Get("inside").Truthy()
}

func (p *Panel) toggle(open bool) {
	body := js.Global().Get("document").Get("body").Get("dataset")
	if !open {
		body.Delete("inside")
		p.root.Set("hidden", true)
		p.button.Call("setAttribute", "aria-expanded", "false")
		p.button.Call("focus")
		remember(panelKey, "")
		return
	}
	body.Set("inside", "open")
	remember(panelKey, "open")
	p.start()
}

// start shows the panel, and records from now on.
func (p *Panel) start() {
	p.log.Record()
	p.root.Set("hidden", false)
	p.button.Call("setAttribute", "aria-expanded", "true")
	select {
	case p.opened <- struct{}{}:
	default:
	}
}

// run keeps an open panel up to date.
func (p *Panel) run() {
	for range p.opened {
		for p.isOpen() {
			if err := p.refresh(); err != nil {
				Complain(err)
				break
			}
			time.Sleep(panelPause)
			select {
			case <-p.log.Changed():
			case <-time.After(panelEvery):
			}
		}
	}
}

// refresh shows what is recorded now, in the language that the page has now.
func (p *Panel) refresh() error {
	if p.words == nil {
		loadStyle(p.button.Get("dataset"))
	}
	if p.words == nil || p.words.language != pageLanguage() {
		words, err := fetchWords(p.button.Get("dataset"))
		if err != nil {
			return err
		}
		p.words = words
		p.build()
	}
	p.update()
	return p.show(p.log.Snapshot())
}

// cutServers lets all calls of the servers fail for a while. Streams that are open stay.
func cutServers(duration time.Duration) {
	fetch := js.Global().Get("fetch")
	if cut := fetch.Get("cut"); cut.Truthy() {
		return
	}
	refuse := js.FuncOf(func(js.Value, []js.Value) any {
		return js.Global().Get("Promise").Call("reject", js.Global().Get("TypeError").New("the servers are cut off"))
	})
	refuse.Set("cut", true)
	js.Global().Set("fetch", refuse)
	time.AfterFunc(duration, func() {
		js.Global().Set("fetch", fetch)
		refuse.Release()
	})
}

func (p *Panel) show(now inside.Snapshot) (err error) {
	defer domjs.Catch(&err)
	p.timeline.show(p.words, now)
	p.showNetwork(now)
	p.showBytes(now)
	p.showWasm()
	return nil
}

// remembered returns what the browser has stored, or "": it may have no storage.
func remembered(key string) (value string) {
	_ = try(func() {
		if stored := storage().Call("getItem", key); stored.Type() == js.TypeString {
			value = stored.String()
		}
	})
	return value
}

// remember stores a value, if the browser lets it.
func remember(key, value string) {
	_ = try(func() { storage().Call("setItem", key, value) })
}
