package domnet

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

var hashed domjs.Buffer // digest copies it before it returns: https://w3c.github.io/webcrypto/#SubtleCrypto-method-digest

// SHA256 returns the SHA-256 of data, if the browser computes it: it does only for a page
// that came over HTTPS or from this machine. It waits for the browser, so it must not be
// called in a callback.
func SHA256(data []byte) (sum [32]byte, computed bool) {
	subtle := js.Global().Get("crypto").Get("subtle")
	if !subtle.Truthy() {
		return sum, false
	}
	digest, err := domjs.Await(func() js.Value { return subtle.Call("digest", "SHA-256", hashed.Copy(data)) })
	if err != nil {
		return sum, false
	}
	return [32]byte(domjs.BytesOf(domjs.View(digest))), true
}
