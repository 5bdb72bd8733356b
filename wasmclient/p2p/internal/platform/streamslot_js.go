package platform

import (
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"
)

// maxStreams is how many streams all tabs together may hold to one origin. A
// browser opens six connections over HTTP/1.1; two stay free for calls.
const maxStreams = 4

// acquireStreamSlot acquires one of maxStreams Web Locks for the service at
// url. Lock names contain the service's origin: locks are shared per page
// origin, but the connection limit is per service origin. Over HTTP/2 and later
// streams share a connection, so there is no limit. A browser without Web Locks
// is not limited either.
func acquireStreamSlot(url string) (free func(), ok bool) {
	origin, _ := ParseURL(url)
	if !domnet.HasLocks() || !overHTTP1(origin) {
		return func() {}, true
	}
	for slot := range maxStreams {
		release, err := domnet.TryLock("wasmp2pchat-stream-" + strconv.Itoa(slot) + " " + origin)
		switch {
		case err != nil: // a page that may not use locks
			return func() {}, true
		case release != nil:
			return release, true
		}
	}
	return nil, false
}

// overHTTP1 reports whether the browser uses HTTP/1 to the origin. If the browser
// does not say which protocol it used, overHTTP1 decides by the scheme, because
// no browser uses HTTP/2 without TLS.
func overHTTP1(origin string) bool {
	if protocol := domnet.Protocol(origin); protocol != "" {
		return strings.HasPrefix(protocol, "http/1")
	}
	return strings.HasPrefix(origin, "http:")
}
