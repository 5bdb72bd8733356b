package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// pageLanguage returns the language that the page has now. The person can change it.
func pageLanguage() ui.Language {
	return ui.Language(js.Global().Get("document").Get("documentElement").Get("lang").String())
}

// Language returns the language of what Show shows.
func (p *Page) Language() ui.Language { return p.language }

// translate takes over the language that the page has now, and sets the texts that HTML cannot
// have in two languages. Show does the rest. Messages that are there keep what they have.
func (p *Page) translate() {
	p.language = pageLanguage()
	p.messages.language = p.language
	p.suggestions.translate(p.language)
	p.interests.translate(p.language)
	p.input.Set("placeholder", ui.TextPlaceholder.In(p.language))
	p.input.Set("maxLength", ui.MaxText)
	setAttribute(p.input, "aria-label", ui.TextInputLabel.In(p.language))
	setAttribute(element("invite-link"), "aria-label", ui.TextInviteLink.In(p.language))
	setAttribute(element("qr"), "aria-label", ui.TextInviteLink.In(p.language))
	setAttribute(element("log"), "aria-label", ui.TextMessagesLabel.In(p.language))
}
