package dom

import (
	"errors"
	"strings"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// sources is where the code of this program can be read.
const sources = "https://github.com/wasmp2pchat/wasmp2pchat/blob/main/"

// words are those of the panel, in one language: a document of sections.
type words struct {
	language ui.Language
	document js.Value
}

// loadStyle loads the style of the panel, whose address is in data.
func loadStyle(data js.Value) {
	style := newElement("link", "")
	style.Set("rel", "stylesheet")
	style.Set("href", data.Get("style"))
	js.Global().Get("document").Get("head").Call("append", style)
}

// fetchWords fetches the words of the panel in the page's language. Their addresses are in data.
func fetchWords(data js.Value) (*words, error) {
	current := pageLanguage()
	language := string(current)
	response, err := domjs.Await(func() js.Value {
		return js.Global().Call("fetch", data.Get("words"+strings.ToUpper(language[:1])+language[1:]))
	})
	if err != nil {
		return nil, err
	}
	if !response.Get("ok").Bool() {
		return nil, errors.New("the words of the panel cannot be loaded")
	}
	text, err := domjs.Await(func() js.Value { return response.Call("text") })
	if err != nil {
		return nil, err
	}
	return &words{current, js.Global().Get("DOMParser").New().Call("parseFromString", text, "text/html")}, nil
}

func (w *words) section(attribute, key string) js.Value {
	return w.document.Call("querySelector", `section[`+attribute+`="`+js.Global().Get("CSS").Call("escape", key).String()+`"]`)
}

// text returns a text of the panel itself.
func (w *words) text(key string) string {
	if section := w.section("data-text", key); section.Truthy() {
		return strings.TrimSpace(section.Get("textContent").String())
	}
	return key
}

// of returns the section of a row, or of the next more general key, or null.
func (w *words) of(key string) js.Value {
	for {
		if section := w.section("data-key", key); section.Truthy() {
			return section
		}
		cut := strings.LastIndexByte(key, '.')
		if cut < 0 {
			return js.Null()
		}
		key = key[:cut]
	}
}

// heading returns the words of a row, with its value in place of "{...}".
func (w *words) heading(key, value string) string {
	section := w.of(key)
	if section.IsNull() {
		return key
	}
	text := section.Call("querySelector", "h3").Get("textContent").String()
	if before, rest, found := strings.Cut(text, "{"); found {
		if _, after, closed := strings.Cut(rest, "}"); closed {
			return before + value + after
		}
	}
	return text
}

// why returns elements that explain a row: sentences and links.
func (w *words) why(key string) []any {
	section := w.of(key)
	if section.IsNull() {
		return nil
	}
	var all []any
	paragraph := newElement("p", "why")
	paragraph.Set("textContent", section.Call("querySelector", "p").Get("textContent"))
	all = append(all, paragraph)
	links := section.Call("querySelectorAll", "a")
	list := newElement("p", "links")
	for i := range links.Length() {
		link := newElement("a", "")
		address := links.Index(i).Call("getAttribute", "href").String()
		if !strings.HasPrefix(address, "https://") {
			address, _, _ = strings.Cut(address, "#")
			address = sources + address
		}
		link.Set("href", address)
		link.Set("target", "_blank")
		link.Set("rel", "noopener noreferrer")
		link.Set("textContent", links.Index(i).Get("textContent"))
		list.Call("append", link, " ")
	}
	return append(all, list)
}

// line returns a sentence about a line of SDP.
func (w *words) line(text string) string {
	best, longest := "", -1
	all := w.document.Call("querySelectorAll", "section[data-sdp]")
	for i := range all.Length() {
		prefix := all.Index(i).Get("dataset").Get("sdp").String()
		if strings.HasPrefix(text, prefix) && len(prefix) > longest {
			best, longest = strings.TrimSpace(all.Index(i).Get("textContent").String()), len(prefix)
		}
	}
	return best
}
