//go:build !js

package p2p

import (
	"net"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// pairingsVariable names the environment variable that says how many pairs
// meet in TestEverybodySurvivesOnSockets; make test-full sets it.
const pairingsVariable = "WASMP2PCHAT_PAIRINGS"

// TestEverybodySurvivesOnSockets is TestEverybodySurvives with real WebRTC over
// real sockets, in real time.
func TestEverybodySurvivesOnSockets(t *testing.T) {
	t.Parallel()
	listening := httptest.NewServer(newServer(matchmakingmem.New(matchmakingmem.Config{}), signalingmem.New(signalingmem.Config{})))
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	const seed = 1
	p := socketPopulation(t, listening.URL, seed)
	p.meet(t.Context(), 60, pairingsWanted(t))
	p.ledger.report(t, seed)
	t.Logf("%v", p.ledger.tally)
}

// pairingsWanted returns how many pairs meet on sockets.
func pairingsWanted(t *testing.T) int {
	t.Helper()
	text := os.Getenv(pairingsVariable)
	if text == "" {
		return 200
	}
	pairings, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", pairingsVariable, err)
	}
	return pairings
}

// socketPopulation returns people who meet on sockets. A watchdog sees that
// they go on until the test ends.
func socketPopulation(t *testing.T, url string, seed uint64) *population {
	t.Helper()
	return &population{
		url: url,
		schedule: faultkit.Schedule{
			Seed: seed, Share: faultyLives,
			// No power cuts: the system acknowledges data for a silent socket,
			// so the server cannot notice.
			Kinds: []faultkit.Kind{faultkit.Crash, faultkit.LoseServer, faultkit.HangServer, faultkit.LosePath, faultkit.LoseBoth},
			// pion's SCTP gives up a handshake after nine seconds and, if the
			// peer's next packet comes after that, never ends its goroutines.
			Soon: 6 * time.Second,
		},
		longest: 4 * time.Second,
		ledger:  newLedger(slack, true, startWatchdog(t, patience, panicWithStacks).progress),
		machine: func() *machine { return newSocketMachine(t) },
	}
}

// newSocketMachine returns a machine with one UDP socket on 127.0.0.1.
func newSocketMachine(t testing.TB) *machine {
	socket := faultkit.NewSocket(t)
	engine, stop := socket.Engine()
	line := faultkit.NewLine(new(net.Dialer).DialContext)
	return &machine{line: line, cut: socket.Cut, heal: socket.Heal, engine: rtc.Pion(engine), free: func() {
		line.Close()
		stop()
	}}
}
