package p2p

import (
	"fmt"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"
)

// maxStreams is how many streams all tabs together may hold to one origin: of
// the six connections a browser makes over HTTP/1.1, two stay free for calls.
const maxStreams = 4

// takeStreamSlot takes one of the Web Locks that stand for the streams to the
// service at origin. Locks are shared by the tabs of the page's origin, the
// connections they stand for belong to the service's: its name is in theirs.
// There is no limit where streams share a connection (HTTP/2 and later), and
// none is kept where the browser has no Web Locks.
func takeStreamSlot(origin string) (free func(), ok bool) {
	if !domnet.HasLocks() || !overHTTP1(origin) {
		return func() {}, true
	}
	for slot := range maxStreams {
		release, err := domnet.TryLock(fmt.Sprintf("wasmp2pchat-stream-%d %s", slot, origin))
		switch {
		case err != nil: // a page that may not use locks
			return func() {}, true
		case release != nil:
			return release, true
		}
	}
	return nil, false
}

// overHTTP1 says whether the browser talks HTTP/1 to the origin. Of an origin
// that does not tell, it is known that no browser talks HTTP/2 without TLS.
func overHTTP1(origin string) bool {
	if protocol := domnet.Protocol(origin); protocol != "" {
		return strings.HasPrefix(protocol, "http/1")
	}
	return strings.HasPrefix(origin, "http:")
}
