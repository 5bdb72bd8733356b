package dom

import (
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// json returns what web/page.js draws: the fields of a view, and of its messages those that are
// not drawn yet as they are.
func (p *Page) json(view ui.View, scrolledUp bool) string {
	d := litejson.Document("{")
	if p.worded != p.language {
		p.worded = p.language
		writeWords(&d, p.language)
	}
	d.Text("layout", string(view.Layout))
	d.Text("tone", string(view.Tone))
	d.Text("title", view.Title)
	d.Text("status", view.Status)
	d.Text("count", view.Count)
	d.Text("common", view.Common)
	d.Text("typing", view.Typing)
	d.Text("hint", view.Hint)
	writeControls(&d, view)
	d.Text("draft", view.Draft)
	d.Text("counter", view.Counter)
	d.Texts("chosen", view.Chosen)
	d.Truth("full", view.Full)
	d.Text("invite", fragment(view.Invite))
	writeCodes(&d, view.Codes)
	d.Text("codeNote", view.CodeNote)
	d.Number("groupSize", int64(view.GroupSize))
	writePeople(&d, view.People)
	d.Text("privacy", view.Privacy)
	d.Text("refused", view.Refused)
	writeInterests(&d, view.Own, p.language)
	writeSuggestions(&d, view.Suggestions, p.language)
	writeFindings(&d, view.Found)
	p.writeMessages(&d, view)
	d.Truth("scrolledUp", scrolledUp)
	return string(append(d, '}'))
}

// writeControls writes which controls are there, by their ids, and how they stand.
func writeControls(d *litejson.Document, view ui.View) {
	d.Truth("start", view.Start)
	d.Truth("next", view.Next)
	d.Truth("stop", view.Stop)
	d.Truth("block", view.Block)
	d.Truth("home", view.Home)
	d.Truth("copy", view.Copyable)
	d.Truth("invite-open", view.OffersInvite)
	d.Text("new", view.New)
	d.Truth("sendable", view.Sendable)
	d.Truth("writing", view.Writing)
	d.Truth("check", view.Check)
	d.Text("asked", controls[view.Asked])
	d.Truth("interests", view.Interests)
	d.Truth("hide", view.Hide.On)
	d.Truth("hideEnabled", view.Hide.Enabled)
	d.Truth("sound", view.Settings.Sound)
	d.Truth("notify", view.Settings.Notify)
}

// controls are the ids of the controls that ask.
var controls = [...]string{ui.ControlNext: "next", ui.ControlBlock: "block"}

// writeWords writes the texts that the scripts choose from.
func writeWords(d *litejson.Document, language ui.Language) {
	d.Name("words")
	d.Value("{")
	d.Text("input", ui.TextInputLabel.In(language))
	d.Text("placeholder", ui.TextPlaceholder.In(language))
	d.Number("maxText", ui.MaxText)
	d.Text("ownInterest", ui.TextOwnInterest.In(language))
	d.Number("maxOwnInterest", ui.MaxOwnInterest)
	d.Text("suggestions", ui.TextSuggestions.In(language))
	d.Text("inviteLink", ui.TextInviteLink.In(language))
	d.Text("invitation", ui.TextInviteWords.In(language))
	d.Text("messages", ui.TextMessagesLabel.In(language))
	d.Text("groupSize", ui.TextGroupSize.In(language))
	d.Text("people", ui.TextPeople.In(language))
	d.Text("newTab", ui.TextNewTab.In(language))
	d.Next("}")
}

func writeInterests(d *litejson.Document, own []string, language ui.Language) {
	d.Name("own")
	d.Value("[")
	for _, interest := range own {
		d.Next("{")
		d.Text("text", interest)
		d.Text("label", strings.ReplaceAll(ui.TextRemoveInterest.In(language), "{interest}", interest))
		d.Next("}")
	}
	d.Next("]")
}

func writeSuggestions(d *litejson.Document, suggestions []ui.Suggestion, language ui.Language) {
	d.Name("suggestions")
	d.Value("[")
	for _, suggestion := range suggestions {
		d.Next("{")
		d.Text("text", suggestion.Text)
		if suggestion.Kept {
			d.Text("kept", strings.ReplaceAll(ui.TextKept.In(language), "{text}", suggestion.Text))
		}
		d.Next("}")
	}
	d.Next("]")
}

func writeFindings(d *litejson.Document, found []ui.Finding) {
	d.Name("found")
	d.Value("[")
	for _, finding := range found {
		d.Next("{")
		d.Text("mark", string(finding.Mark))
		d.Text("text", finding.Text)
		d.Next("}")
	}
	d.Next("]")
}

func writeCodes(d *litejson.Document, codes []ui.SafetyCode) {
	d.Name("codes")
	d.Value("[")
	for _, code := range codes {
		d.Next("{")
		d.Text("name", code.Name)
		d.Texts("symbols", code.Symbols)
		d.Next("}")
	}
	d.Next("]")
}

func writePeople(d *litejson.Document, people []ui.Person) {
	d.Name("people")
	d.Value("[")
	for _, person := range people {
		d.Next("{")
		d.Text("slot", strconv.Itoa(person.Slot))
		d.Text("name", person.Name)
		d.Text("note", person.Note)
		d.Truth("here", person.Here)
		d.Truth("block", person.Block)
		d.Text("label", person.Label)
		d.Truth("asked", person.Asked)
		d.Next("}")
	}
	d.Next("]")
}

// fragment returns the fragment of an invite's link; empty: there is no invite.
func fragment(invite p2p.Invite) string {
	if invite == "" {
		return ""
	}
	return invite.Link("")
}
