//go:build !js

package p2p

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// TestCredentialsAreRenewed lets a chat outlive the credentials of its TURN server
// several times, and the server be away for a while: the chat has good ones at any time.
func TestCredentialsAreRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		secrets := iceserver.Secrets{"secret"}
		server.ice = iceserver.List{TURN: []string{"turn:192.0.2.1"}, Secrets: func() iceserver.Secrets { return secrets }}
		server.forget(t)
		waits, comes := newFakePeer(network, server), newFakePeer(network, server)
		one := findFor(t, waits)
		p2ptest.Pass(t, time.Second)
		two := findFor(t, comes)
		first, second := <-one, <-two
		if first.err != nil || second.err != nil {
			t.Fatal(first.err, second.err)
		}
		for hour := range 5 {
			asked := waits.wire.count(signalingv1connect.SignalingServiceGetIceServersProcedure)
			if hour == 2 {
				waits.wire.cut()
				p2ptest.Pass(t, 15*time.Minute)
				waits.wire.heal()
			}
			p2ptest.PassAnHour(t)
			if now := waits.wire.count(signalingv1connect.SignalingServiceGetIceServersProcedure); now == asked || now > asked+6 {
				t.Errorf("hour %d: asked %d times", hour, now-asked)
			}
			for _, server := range first.room.ways().Servers {
				if _, _, expiry, ok := secrets.Verify(server.Username); !ok || time.Until(expiry) < time.Minute {
					t.Errorf("hour %d: the credential is valid for %v", hour, time.Until(expiry))
				}
			}
		}
		_, _ = first.room.Close(), second.room.Close()
		p2ptest.Pass(t, time.Minute)
	})
}
