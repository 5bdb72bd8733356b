package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// tickMilliseconds is how often the page posts a Tick.
const tickMilliseconds = 10_000

// Page is the chat page of this browser tab. Its methods must be called from
// one goroutine at a time.
type Page struct {
	root, input js.Value
	hide        js.Value // a checkbox, as the next two
	sound       js.Value
	notify      js.Value
	alerts      alerts
	buttons     map[string]js.Value
	interests   *interests
	language    ui.Language
	messages    *messageList
	files       *fileLines
	scrolledUp  bool // as was posted or shown last
	suggestions *suggestionList
	invite      invite
	listeners   domjs.Listeners
}

// Open takes over the page, in the language that it has now and later. The error says what the page
// or the browser lacks.
func Open() (page *Page, err error) {
	defer domjs.Catch(&err)
	page = &Page{
		root:      element("page"),
		input:     element("input"),
		hide:      element("hide"),
		sound:     element("sound"),
		notify:    element("notify"),
		buttons:   make(map[string]js.Value),
		interests: newInterests(),
	}
	for _, id := range []string{"start", "next", "stop", "block", "home", "new", "send", "copy", "check", "invite-open"} {
		page.buttons[id] = element(id)
	}
	page.messages, page.suggestions = newMessageList(), newSuggestionList()
	page.files = new(fileLines)
	page.messages.files = page.files
	page.translate()
	return page, nil
}

// Complain writes an error to the browser's console.
func Complain(err error) { js.Global().Get("console").Call("error", err.Error()) }

// Close releases all callbacks.
func (p *Page) Close() { p.listeners.Release() }

// Soon calls handle after the page has been shown. handle must not block.
func (p *Page) Soon(handle func()) { p.listeners.Soon(handle) }

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

// Perform does what an effect asks of the page, and ignores other effects. It calls post
// with what the browser and its person answer, also from other goroutines.
func (p *Page) Perform(effect ui.Effect, post func(ui.Event)) (err error) {
	defer domjs.Catch(&err)
	switch effect := effect.(type) {
	case ui.Focus:
		p.focus(effect.Target)
	case ui.ScrollToEnd:
		p.messages.scrollToEnd()
		p.messages.scroller.Call("focus")
	case ui.Alert:
		if p.alerts.alert(effect.Ways, effect.Text.In(p.language)) != nil {
			post(ui.NotifyAnswered{Granted: false})
		}
	case ui.AskToNotify:
		go func() { post(ui.NotifyAnswered{Granted: askToNotify()}) }()
	case ui.RememberInvite:
		rememberInvite(effect.Invite)
	case ui.RememberSettings:
		storeSettings(effect.Settings)
	case ui.SendFile, ui.TakeFile:
		p.files.perform(effect)
	}
	return nil
}

func (p *Page) focus(target ui.Target) {
	switch target {
	case ui.TargetInput:
		p.input.Call("focus")
	case ui.TargetPage:
		p.root.Call("focus")
	}
}

// Listen posts what the person does until Close. Post must not block.
func (p *Page) Listen(post func(ui.Event)) (err error) {
	defer domjs.Catch(&err)
	for id, event := range map[string]ui.Event{
		"start": ui.Start{}, "next": ui.Next{}, "stop": ui.Stop{}, "block": ui.Block{}, "home": ui.Home{}, "new": ui.ToEnd{},
		"send": ui.Send{}, "check": ui.Check{},
	} {
		p.listeners.On(p.buttons[id], "click", func(js.Value) { post(event) })
	}
	p.listenToInterests(post)
	p.listenToInvites(post)
	p.listeners.On(p.hide, "change", func(js.Value) { post(ui.HideAddress{Hide: p.hide.Get("checked").Bool()}) })
	p.listeners.On(p.sound, "change", func(js.Value) { post(ui.SetSound{On: p.sound.Get("checked").Bool()}) })
	p.listeners.On(p.notify, "change", func(js.Value) { post(ui.SetNotify{On: p.notify.Get("checked").Bool()}) })
	p.listeners.On(p.input, "input", func(js.Value) { post(ui.Typed{Text: p.input.Get("value").String()}) })
	p.listeners.On(p.input, "keydown", func(event js.Value) {
		if keyOf(event).Sends() {
			event.Call("preventDefault")
			post(ui.Send{})
		}
	})
	p.listeners.On(p.buttons["copy"], "click", func(js.Value) {
		if p.copyDraft() {
			post(ui.Copied{})
		}
	})
	p.listeners.On(p.suggestions.list, "click", func(event js.Value) {
		if suggestion, ok := p.suggestions.of(event.Get("target")); ok {
			post(ui.Use{Text: suggestion.Text})
		}
	})
	p.files.post = post
	p.listenToScrolling(post)
	p.listenToWindow(post)
	p.Soon(func() { post(ui.Remembered{Settings: storedSettings()}) })
	if start := p.buttons["start"].Get("dataset"); start.Get("pressed").Truthy() { // before this program ran: boot.js
		start.Set("pressed", "")
		post(ui.Start{})
	}
	return nil
}

// listenToScrolling posts when the end of the messages comes into sight, and when it goes.
func (p *Page) listenToScrolling(post func(ui.Event)) {
	p.listeners.On(p.messages.scroller, "scroll", func(js.Value) {
		if up := !p.messages.atEnd(); up != p.scrolledUp {
			p.scrolledUp = up
			post(ui.Scrolled{AtEnd: !up})
		}
	})
}

func (p *Page) listenToWindow(post func(ui.Event)) {
	window, document := js.Global(), js.Global().Get("document")
	tick := func() { post(ui.Tick{Visible: document.Get("visibilityState").String() == "visible"}) }
	p.listeners.On(document, "keydown", func(event js.Value) {
		if keyOf(event).Escapes() {
			post(ui.Escape{})
		}
	})
	p.listeners.On(document, "visibilitychange", func(js.Value) {
		tick()
		p.alerts.seen()
	})
	p.listeners.On(window, "languagechange", func(js.Value) {
		p.translate()
		tick()
	})
	p.listeners.Every(tickMilliseconds, tick)
	p.Soon(tick)
	p.listeners.On(window, "pagehide", func(js.Value) { post(ui.PageHidden{}) })
	p.listeners.On(window, "pageshow", func(event js.Value) {
		if event.Get("persisted").Bool() {
			post(ui.PageRestored{})
		}
	})
}

// copyDraft copies the draft, and leaves it selected. It works on pages without encryption
// too, where there is no navigator.clipboard.
func (p *Page) copyDraft() bool {
	p.input.Call("select")
	return js.Global().Get("document").Call("execCommand", "copy").Truthy()
}

func keyOf(event js.Value) ui.Key {
	return ui.Key{
		Key:       event.Get("key").String(),
		Code:      event.Get("keyCode").Int(),
		Shift:     event.Get("shiftKey").Bool(),
		Composing: event.Get("isComposing").Bool(),
		Repeated:  event.Get("repeat").Bool(),
	}
}
