package platform

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"

// ParseURL returns scheme, host and port of the URL of a server, and the host alone.
// Both are empty if no server can have it. It asks the browser, because linking
// net/url costs more than it does.
func ParseURL(text string) (origin, host string) { return domnet.ParseURL(text) }
