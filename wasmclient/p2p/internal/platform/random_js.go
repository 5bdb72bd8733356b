package platform

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"

// FillRandom fills data with random bytes that nobody can predict: the browser's,
// because linking crypto/rand costs a tenth of the client's size.
func FillRandom(data []byte) { domnet.FillRandom(data) }
