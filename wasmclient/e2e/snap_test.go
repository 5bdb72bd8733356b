//go:build !js

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestSnap connects pages of browsers that put SCTP's INIT into their descriptions
// (SNAP), and of such a browser and one that does not.
func TestSnap(t *testing.T) {
	t.Parallel()
	server := serve(t)
	snapping := newBrowser(t, "en-US", chromedp.Flag("force-fieldtrials", "WebRTC-Sctp-Snap/Enabled/"))
	usual := englishBrowser(t)
	for name, pairs := range map[string][][2]browser{"both": {{snapping, snapping}}, "one": {{snapping, usual}, {usual, snapping}}} {
		t.Run(name, func(t *testing.T) {
			for _, pair := range pairs {
				alice, bob := pair[0].open(t, "Alice", server.url), pair[1].open(t, "Bob", server.url)
				for tab, want := range map[*tab]bool{alice: pair[0] == snapping, bob: pair[1] == snapping} {
					has, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool](offersINIT, chromedp.EvalAwaitPromise))
					if err != nil || has != want {
						t.Errorf("a description has an INIT: %t, %v, want %t", has, err, want)
					}
				}
				connect(alice, bob)
				newTalk(alice, bob).goOnFor(0)
				alice.press("stop")
				bob.sees(ui.TextPeerLeft)
			}
		})
	}
}

// offersINIT reports whether an offer of the browser has SCTP's INIT.
const offersINIT = `(async () => {
	const connection = new RTCPeerConnection();
	connection.createDataChannel("x");
	const offer = await connection.createOffer();
	connection.close();
	return offer.sdp.includes("a=sctp-init:");
})()`
