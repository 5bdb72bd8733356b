package p2p

import (
	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"
)

// defaultHTTPClient uses fetch, because linking http.Transport costs a megabyte
// of Wasm.
func defaultHTTPClient() connect.HTTPClient { return domnet.FetchClient{} }
