package domnet

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// ParseURL returns the origin and the host name of an http or https URL; an IPv6
// address has brackets. Both are empty if text is no such URL.
func ParseURL(text string) (origin, host string) {
	var err error
	defer domjs.Catch(&err)
	url := js.Global().Get("URL").New(text)
	if scheme := url.Get("protocol").String(); scheme != "http:" && scheme != "https:" {
		return "", ""
	}
	return url.Get("origin").String(), url.Get("hostname").String()
}

// FillRandom fills data, at most 64 KB, with random bytes that nobody can predict.
func FillRandom(data []byte) {
	array := js.Global().Get("Uint8Array").New(len(data))
	js.Global().Get("crypto").Call("getRandomValues", array)
	js.CopyBytesToGo(data, array)
}
