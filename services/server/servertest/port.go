package servertest

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// firstPort and ports say which ports FreePort gives: none that the system hands
// out by itself, so that no connection takes one while its server is down, and
// none that is 10,000 above another.
const firstPort, ports = 11_000, 9_000

// FreePort returns a port of 127.0.0.1 on which nobody listens, nor on the one
// 10,000 above it. No other test gets it until this one has ended, also while its
// server is down.
func FreePort(tb testing.TB) int {
	tb.Helper()
	for range 100 {
		port := firstPort + rand.IntN(ports) //nolint:gosec // any will do
		if reserve(tb, port) && listens(port) && listens(port+10_000) {
			return port
		}
	}
	tb.Fatal("no free port")
	return 0
}

// FreeAddress returns a host and a port as of FreePort.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	return local(FreePort(tb))
}

// reserve takes a port for a test, and reports whether no test of any process has
// it. Who has the UDP port of a number has the TCP port, as these servers use no UDP.
func reserve(tb testing.TB, port int) bool {
	tb.Helper()
	socket, err := net.ListenPacket("udp", local(port)) //nolint:noctx // it is local
	if err != nil {
		return false
	}
	tb.Cleanup(func() { _ = socket.Close() })
	return true
}

func listens(port int) bool {
	listener, err := net.Listen("tcp", local(port)) //nolint:noctx // closed at once
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
