package platform

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"

// fillRandom fills data with random bytes that nobody can predict: the browser's,
// because linking crypto/rand costs a tenth of the client's size.
func fillRandom(data []byte) { domnet.FillRandom(data) }
