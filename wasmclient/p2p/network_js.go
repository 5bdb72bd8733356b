package p2p

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"

// watchPlatform calls changed, which must not block, whenever the browser says
// that there is another network, or shows the page again.
func watchPlatform(changed func(networkChanged bool)) (stop func()) {
	return domnet.ListenNetwork(domnet.NetworkEvents{
		Changed: func() { changed(true) },
		Shown:   func() { changed(false) },
	})
}
