package roundtrips

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestRewrite(t *testing.T) {
	t.Parallel()
	proxyOf := func(candidate netip.AddrPort) (netip.AddrPort, error) {
		if candidate != netip.MustParseAddrPort("192.0.2.2:40123") {
			return netip.AddrPort{}, errors.New("unknown candidate")
		}
		return netip.MustParseAddrPort("192.0.2.2:51234"), nil
	}
	for _, tt := range []struct{ name, data, want string }{
		{"no candidate", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\n"},
		{
			"in a binary message", "\x0a\x4acandidate:1 1 udp 2130706431 192.0.2.2 40123 typ host\x12",
			"\x0a\x4acandidate:1 1 udp 2130706431 192.0.2.2 51234 typ host\x12",
		},
		{
			"two in an SDP", "a=candidate:1 1 udp 1 192.0.2.2 40123 typ host\r\na=candidate:2 1 udp 1 fd00::2 40123 typ host generation 0\r\n",
			"a=candidate:1 1 udp 1 192.0.2.2 51234 typ host\r\na=candidate:2 1 udp 1 fd00::2 00009 typ host generation 0\r\n",
		},
		{"a name", "candidate:1 1 udp 1 ab-1.local 40123 typ host", "candidate:1 1 udp 1 ab-1.local 00009 typ host"},
		{"of TCP", "candidate:1 1 tcp 1 192.0.2.2 9 typ host tcptype active", "candidate:1 1 tcp 1 192.0.2.2 9 typ host tcptype active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := rewrite([]byte(tt.data), proxyOf)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
	if _, err := rewrite([]byte("1 udp 1 192.0.2.9 40123 typ host"), proxyOf); err == nil {
		t.Error("a proxy that could not be made is no error")
	}
}

// TestProxiesOfCandidates sends a datagram through the proxy of an echo, and finds
// that the proxy of a proxy is the proxy itself.
func TestProxiesOfCandidates(t *testing.T) {
	t.Parallel()
	echo, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = echo.Close() })
	go func() {
		buffer := make([]byte, 100)
		for {
			count, sender, err := echo.ReadFromUDPAddrPort(buffer)
			if err != nil {
				return
			}
			_, _ = echo.WriteToUDPAddrPort(buffer[:count], sender)
		}
	}()
	var path peerPath
	t.Cleanup(path.reset)
	const roundTrip = 30 * time.Millisecond
	path.delay.setRoundTrip(roundTrip)
	candidate := echo.LocalAddr().(*net.UDPAddr).AddrPort()
	proxy, err := path.proxyOf(candidate)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := path.proxyOf(candidate); err != nil || again != proxy {
		t.Errorf("the candidate has another proxy the second time: %v, %v, then %v", proxy, err, again)
	}
	if of, err := path.proxyOf(proxy); err != nil || of != proxy {
		t.Errorf("the proxy %v has a proxy: %v, %v", proxy, of, err)
	}
	peer, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(proxy))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = peer.Close() })
	began := time.Now()
	if _, err := peer.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	_ = peer.SetReadDeadline(time.Now().Add(patience))
	count, err := peer.Read(buffer)
	if err != nil || !bytes.Equal(buffer[:count], []byte("ping")) {
		t.Fatalf("the echo is %q, %v", buffer[:count], err)
	}
	if took := time.Since(began); took < roundTrip {
		t.Errorf("the echo took %v, want %v at least", took, roundTrip)
	}
}
