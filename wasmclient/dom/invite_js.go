package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// invite shows the link to pass on, also as a QR code.
type invite struct {
	shown p2p.Invite
	drawn bool // what draws the code was asked for
}

// listenToInvites posts what a person does with invites, and that of the page's address.
func (p *Page) listenToInvites(post func(ui.Event)) {
	p.listeners.On(p.buttons["invite-open"], "click", func(js.Value) { post(ui.Invite{Invite: p2p.NewInvite()}) })
	p.listeners.On(element("invite-copy"), "click", func(js.Value) {
		element("invite-link").Call("select")
		_ = js.Global().Get("document").Call("execCommand", "copy") // works on pages without encryption too
	})
	navigator := js.Global().Get("navigator")
	if share := element("invite-share"); navigator.Get("share").Truthy() {
		share.Set("hidden", false)
		p.listeners.On(share, "click", func(js.Value) {
			shared := navigator.Call("share", map[string]any{"text": ui.TextInviteWords.In(p.language), "url": p.invite.link()})
			shared.Call("catch", js.Global().Get("Boolean")) // nobody need be told that nothing was shared
		})
	}
	read := func() {
		if invite, err := p2p.ParseInvite(js.Global().Get("location").Get("hash").String()); err == nil {
			post(ui.Invited{Invite: invite})
		}
	}
	p.listeners.On(js.Global(), "hashchange", func(js.Value) { read() })
	read()
}

func (i *invite) link() string {
	return i.shown.Link(js.Global().Get("location").Get("href").String())
}

func (i *invite) show(invite p2p.Invite) {
	element("invite").Set("hidden", invite == "")
	if invite == i.shown {
		return
	}
	i.shown = invite
	if invite == "" {
		return
	}
	element("invite-link").Set("value", i.link())
	if draw := js.Global().Get("drawQR"); draw.Truthy() {
		draw.Invoke()
	} else if !i.drawn {
		i.drawn = true
		script := js.Global().Get("document").Call("createElement", "script")
		script.Set("type", "module")
		script.Set("src", element("invite-open").Get("dataset").Get("script"))
		js.Global().Get("document").Get("head").Call("append", script)
	}
}

// rememberInvite puts the invite into the page's address, so that a reload keeps it.
func rememberInvite(invite p2p.Invite) {
	location := js.Global().Get("location")
	address := location.Get("pathname").String() + location.Get("search").String()
	if invite != "" {
		address = invite.Link(address)
	}
	js.Global().Get("history").Call("replaceState", nil, "", address)
}
