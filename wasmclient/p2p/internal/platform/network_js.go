package platform

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"

// WatchNetwork calls changed whenever the browser reports another network, or
// shows the page again. changed must not block.
func WatchNetwork(changed func(networkChanged bool)) (stop func()) {
	return domnet.ListenNetwork(domnet.NetworkEvents{
		Changed: func() { changed(true) },
		Shown:   func() { changed(false) },
	})
}
