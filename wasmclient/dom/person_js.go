package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Listen posts what the person and the browser do until Close. Post must not block.
func (p *Page) Listen(post func(ui.Event)) (err error) {
	defer domjs.Catch(&err)
	p.post = post
	p.person.Call("listen", p.listener)
	return nil
}

// happened is called by web/person.js with what has happened, and with what belongs to it.
func (p *Page) happened(_ js.Value, arguments []js.Value) any {
	if event := p.eventOf(arguments[0].String(), arguments[1:]); event != nil {
		p.post(event)
	}
	return nil
}

// eventOf returns the event that was told by a name and what belongs to it; nil: there is none.
func (p *Page) eventOf(what string, told []js.Value) ui.Event {
	switch what {
	case "start":
		return ui.Start{}
	case "next":
		return ui.Next{}
	case "stop":
		return ui.Stop{}
	case "block":
		return ui.Block{}
	case "home":
		return ui.Home{}
	case "new":
		return ui.ToEnd{}
	case "send":
		return ui.Send{}
	case "check":
		return ui.Check{}
	case "invite-open":
		return ui.Invite{Invite: p2p.NewInvite()}
	case "hide":
		return ui.HideAddress{Hide: told[0].Bool()}
	case "sound":
		return ui.SetSound{On: told[0].Bool()}
	case "notify":
		return ui.SetNotify{On: told[0].Bool()}
	case "answered":
		return ui.NotifyAnswered{Granted: told[0].Bool()}
	case "copied":
		return ui.Copied{}
	case "typed":
		return ui.Typed{Text: told[0].String()}
	case "use":
		return ui.Use{Text: told[0].String()}
	case "choose":
		return ui.Choose{Interest: told[0].String()}
	case "group":
		return ui.ChooseGroup{Size: told[0].Int()}
	case "block-member":
		return ui.BlockMember{Slot: told[0].Int()}
	case "add":
		return ui.AddInterest{Text: told[0].String()}
	case "scrolled":
		return ui.Scrolled{AtEnd: told[0].Bool()}
	case "escape":
		return ui.Escape{}
	case "tick":
		return ui.Tick{Visible: told[0].Bool()}
	case "hidden":
		return ui.PageHidden{}
	case "restored":
		return ui.PageRestored{}
	case "remembered": // with whether the browser still allows notifications
		settings := ui.ParseSettings(told[0].String())
		settings.Notify = settings.Notify && told[1].Bool()
		return ui.Remembered{Settings: settings}
	case "address": // the fragment of the page's
		if invite, err := p2p.ParseInvite(told[0].String()); err == nil {
			return ui.Invited{Invite: invite}
		}
	case "language":
		p.language = ui.Language(told[0].String())
	default:
		return fileEvent(what, told)
	}
	return nil
}
