package server_test

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestAcceptedConnectionsDetectLoss reads the options of an accepted connection:
// it must fail within 35 s when the other end has vanished, and within 30 s when
// there is something to send.
func TestAcceptedConnectionsDetectLoss(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := server.Listen(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		caller, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer caller.Close() //nolint:errcheck // a test
		accepted, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer accepted.Close()                            //nolint:errcheck // a test
		raw, err := accepted.(*net.TCPConn).SyscallConn() //nolint:forcetypeassert // Listen says so
		if err != nil {
			t.Fatal(err)
		}
		for _, option := range []struct {
			name                string
			level, number, want int
		}{
			{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
			{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15},
			{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 10},
			{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 2},
			{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 30_000},
			{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		} {
			if err := raw.Control(func(descriptor uintptr) {
				if got, err := unix.GetsockoptInt(int(descriptor), option.level, option.number); err != nil || got != option.want {
					t.Errorf("%s on %s: %d, %v, want %d", option.name, address, got, err, option.want)
				}
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
