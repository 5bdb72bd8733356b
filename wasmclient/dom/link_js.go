package dom

import (
	"errors"
	"strings"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// newText returns an element with a text of a stranger, in which links can be followed. The
// direction of writing that the text sets ends with it, and with each link.
func newText(text, newTab string) js.Value {
	line := newElement("div", "text")
	line.Set("dir", "auto")
	for _, segment := range ui.Segments(text) {
		if segment.Link {
			if link, err := newLink(segment.Text, newTab); err == nil {
				line.Call("append", link)
				continue
			}
		}
		line.Call("append", segment.Text)
	}
	return line
}

// newLink returns a link to a URL, which tells its host as the browser understands it: letters
// that only look like those of another name are written as Punycode (RFC 3492).
func newLink(text, newTab string) (link js.Value, err error) {
	defer domjs.Catch(&err)
	url := js.Global().Get("URL").New(text) // throws if the browser finds a fault
	host := url.Get("host").String()
	if url.Get("protocol").String() != "https:" || url.Get("username").String() != "" {
		return link, errNoLink
	}
	link = newElement("a", "")
	setAttribute(link, "href", url.Get("href").String())
	setAttribute(link, "target", "_blank")
	setAttribute(link, "rel", "noopener noreferrer nofollow")
	setAttribute(link, "dir", "ltr")
	setAttribute(link, "title", strings.ReplaceAll(newTab, "{host}", host))
	if !strings.HasPrefix(strings.ToLower(text), "https://"+host) {
		setAttribute(link, "data-host", host)
	}
	link.Set("textContent", text)
	return link, nil
}

var errNoLink = errors.New("no link to show")
