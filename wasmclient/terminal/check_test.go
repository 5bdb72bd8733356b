//go:build !js

package terminal

import (
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func TestReport(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	own := p2p.Way{Candidates: []string{"host"}}
	for name, test := range map[string]struct {
		checkup p2p.Checkup
		want    string
	}{
		"a network that blocks UDP": {
			p2p.Checkup{
				Server: 34 * ms,
				Ways: []p2p.Way{
					own,
					{URL: "stun:192.0.2.1", Candidates: []string{"host"}, Cause: p2p.CauseUDPBlocked},
					{URL: "turn:192.0.2.1?transport=udp", Cause: p2p.CauseRelayUnreachable},
					{URL: "turns:192.0.2.1:443?transport=tcp", Candidates: []string{"relay"}, Took: 51 * ms},
				},
				Loop: p2p.Loop{Took: 112 * ms, RoundTrip: 3*ms + 40*time.Microsecond},
			},
			`The server answers: it matched you with yourself in 34ms.

Your own addresses                      host
Your address outside, by STUN over UDP  nothing: no STUN server answered: this network seems to block UDP  stun:192.0.2.1
A relay, by TURN over UDP               nothing: the relay did not answer                                  turn:192.0.2.1?transport=udp
A relay, by TURN over TLS               relay after 51ms                                                   turns:192.0.2.1:443?transport=tcp

A connection through a relay opens in 112ms; a message and its answer take 3ms.
You can connect to everybody.
`,
		},
		"a server without a relay": {
			p2p.Checkup{Server: ms, Ways: []p2p.Way{own}, Loop: p2p.Loop{Diagnosis: p2p.Diagnosis{Cause: p2p.CauseNoRelay}}},
			`The server answers: it matched you with yourself in 1ms.

Your own addresses  host

The server offers no relay.
You can connect to people in your own network only.
`,
		},
	} {
		var out strings.Builder
		if err := report(&out, test.checkup); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for line := range strings.Lines(out.String()) {
			got.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
		if got.String() != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, &got, test.want)
		}
	}
}
