package platform

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/sha256"
)

// SHA256 returns the SHA-256 of data. It may wait for the browser, so it must not be called
// in a callback. Where the browser does not compute it, this program does, at a tenth of the
// speed.
func SHA256(data []byte) [32]byte {
	if sum, computed := domnet.SHA256(data); computed {
		return sum
	}
	return [32]byte(sha256.Sum(data))
}
