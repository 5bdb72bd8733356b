package platform

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// SHA256 returns the SHA-256 of data. It waits for the browser, so it must not be called in
// a callback. Browsers hash only where the page came over HTTPS or from this
// machine; elsewhere plainSHA256 does it, at a tenth of the speed. Package crypto/sha256
// would be 40 KB of the client.
func SHA256(data []byte) [32]byte {
	subtle := js.Global().Get("crypto").Get("subtle")
	if !subtle.Truthy() {
		return plainSHA256(data)
	}
	digest, err := domjs.Await(func() js.Value { return subtle.Call("digest", "SHA-256", domjs.Uint8Array(data)) })
	if err != nil {
		return plainSHA256(data)
	}
	return [32]byte(domjs.BytesOf(js.Global().Get("Uint8Array").New(digest)))
}
