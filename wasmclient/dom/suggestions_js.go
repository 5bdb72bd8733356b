package dom

import (
	"slices"
	"strings"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// suggestionList shows suggestions as buttons in #suggestions.
type suggestionList struct {
	list     js.Value
	language ui.Language
	shown    []ui.Suggestion
}

func newSuggestionList() *suggestionList {
	return &suggestionList{list: element("suggestions")}
}

func (l *suggestionList) translate(language ui.Language) {
	l.language = language
	setAttribute(l.list, "aria-label", ui.TextSuggestions.In(language))
}

func (l *suggestionList) show(suggestions []ui.Suggestion) {
	if slices.Equal(l.shown, suggestions) {
		return
	}
	l.shown = suggestions
	l.list.Call("replaceChildren")
	for _, suggestion := range suggestions {
		class, text := "suggestion", suggestion.Text
		if suggestion.Kept {
			class, text = "suggestion kept", strings.ReplaceAll(ui.TextKept.In(l.language), "{text}", text)
		}
		button := newButton(class, text)
		setAttribute(button, "dir", "auto")
		l.list.Call("append", button)
	}
}

// of returns the suggestion whose button was clicked.
func (l *suggestionList) of(target js.Value) (ui.Suggestion, bool) {
	buttons := l.list.Get("children")
	for i, suggestion := range l.shown {
		if buttons.Index(i).Equal(target) {
			return suggestion, true
		}
	}
	return ui.Suggestion{}, false
}
