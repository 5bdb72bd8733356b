package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Page is the chat page of this browser tab. Scripts of package web draw it and tell what the
// person does. Its methods must be called from one goroutine at a time.
type Page struct {
	draws     js.Value // window.chatPage of web/page.js
	person    js.Value // of web/person.js
	alerts    js.Value // of web/alerts.js
	language  ui.Language
	worded    ui.Language    // of the words that the scripts have
	drawn     []drawnMessage // oldest first, as in the page
	post      func(ui.Event)
	listener  js.Func
	listeners domjs.Listeners
}

// Open takes over the page, in the language that it has now and later. The error says what the page
// or the browser lacks.
func Open() (page *Page, err error) {
	defer domjs.Catch(&err)
	page = &Page{draws: script("chatPage"), person: script("person"), alerts: script("alerts")}
	page.listener = js.FuncOf(page.happened)
	return page, nil
}

// script returns what a script of the page offers. It panics with js.Error when there is none,
// because then the page is of another version than this program.
func script(name string) js.Value {
	found := js.Global().Get(name)
	if !found.Truthy() {
		panic(js.Error{Value: js.ValueOf("the page has no script with " + name)})
	}
	return found
}

// Complain writes an error to the browser's console.
func Complain(err error) { js.Global().Get("console").Call("error", err.Error()) }

// Close releases all callbacks.
func (p *Page) Close() {
	p.person.Call("close")
	p.listener.Release()
	p.listeners.Release()
}

// Soon calls handle after the page has been shown. handle must not block.
func (p *Page) Soon(handle func()) { p.listeners.Soon(handle) }

// Language returns the language of what Show shows. The person can change it.
func (p *Page) Language() ui.Language { return p.language }

// MatchmakingURL returns the address of the matchmaking service.
func (p *Page) MatchmakingURL() string { return serviceURL("matchmakingUrl") }

// SignalingURL returns the address of the signaling service.
func (p *Page) SignalingURL() string { return serviceURL("signalingUrl") }

// serviceURL returns what the page was told, or where the page itself is: a proxy
// may serve it and the services under a path.
func serviceURL(key string) string {
	if url := js.Global().Get("document").Get("documentElement").Get("dataset").Get(key); url.Truthy() {
		return url.String()
	}
	return js.Global().Get("URL").New(".", js.Global().Get("document").Get("baseURI")).Get("href").String()
}

// Show updates the page to the state.
func (p *Page) Show(state ui.State) (err error) {
	defer domjs.Catch(&err)
	p.draws.Call("show", p.json(ui.Present(state, p.language), state.ScrolledUp))
	return nil
}

// Perform does what an effect asks of the page, and ignores other effects.
func (p *Page) Perform(effect ui.Effect) (err error) {
	defer domjs.Catch(&err)
	switch effect := effect.(type) {
	case ui.Focus:
		p.draws.Call("focus", targets[effect.Target])
	case ui.ScrollToEnd:
		p.draws.Call("showEnd")
	case ui.Alert:
		text := ""
		if effect.Ways.Notify {
			text = effect.Text.In(p.language)
		}
		if !p.alerts.Call("tell", effect.Ways.Sound, text).Bool() {
			p.post(ui.NotifyAnswered{Granted: false})
		}
	case ui.AskToNotify:
		p.person.Call("askToNotify")
	case ui.RememberInvite:
		p.person.Call("rememberInvite", fragment(effect.Invite))
	case ui.RememberSettings:
		p.alerts.Call("remember", effect.Settings.String())
	case ui.SendFile, ui.TakeFile:
		performFile(effect)
	}
	return nil
}

// targets are the ids of the places for the focus.
var targets = [...]string{ui.TargetInput: "input", ui.TargetPage: "page"}
