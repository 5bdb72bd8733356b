package roundtrips

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// mostDatagram is the size of the largest UDP datagram.
const mostDatagram = 64 << 10

// peerPath is the path between peers: a proxy for each candidate. Safe for
// concurrent use.
type peerPath struct {
	delay  delay
	passed atomic.Int64 // datagrams

	mu      sync.Mutex // guards the following fields
	proxies map[netip.AddrPort]netip.AddrPort
	ours    map[netip.AddrPort]bool // the addresses of proxies
	sockets []*net.UDPConn
}

// proxyOf returns the address of the proxy for a candidate, on the same IP
// address. A proxy has none.
func (p *peerPath) proxyOf(candidate netip.AddrPort) (netip.AddrPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if proxy, there := p.proxies[candidate]; there {
		return proxy, nil
	}
	if p.ours[candidate] {
		return candidate, nil
	}
	socket, err := p.listenLocked(candidate.Addr())
	if err != nil {
		return netip.AddrPort{}, err
	}
	proxy := socket.LocalAddr().(*net.UDPAddr).AddrPort()
	if p.proxies == nil {
		p.proxies, p.ours = map[netip.AddrPort]netip.AddrPort{}, map[netip.AddrPort]bool{}
	}
	p.proxies[candidate], p.ours[proxy] = proxy, true
	go p.forward(socket, candidate)
	return proxy, nil
}

func (p *peerPath) listenLocked(address netip.Addr) (*net.UDPConn, error) {
	const tries, fiveDigits = 20, 10_000
	for range tries {
		socket, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, 0)))
		if err != nil {
			return nil, fmt.Errorf("listen for a candidate: %w", err)
		}
		p.sockets = append(p.sockets, socket)
		if socket.LocalAddr().(*net.UDPAddr).Port >= fiveDigits {
			return socket, nil
		}
	}
	return nil, fmt.Errorf("no port with five digits is free on %s", address)
}

// forward passes what comes to a proxy on to the candidate, from a socket of its
// own for each sender, and passes the answers back.
func (p *peerPath) forward(proxy *net.UDPConn, candidate netip.AddrPort) {
	senders := map[netip.AddrPort]*line{}
	defer func() {
		for _, line := range senders {
			line.close()
		}
	}()
	p.receive(proxy, func(sender netip.AddrPort, data []byte) {
		if senders[sender] == nil {
			p.mu.Lock()
			out, err := p.listenLocked(candidate.Addr())
			p.mu.Unlock()
			if err != nil {
				return
			}
			senders[sender] = newLine(&p.delay, func(data []byte) { _, _ = out.WriteToUDPAddrPort(data, candidate) })
			go func() {
				back := newLine(&p.delay, func(data []byte) { _, _ = proxy.WriteToUDPAddrPort(data, sender) })
				defer back.close()
				p.receive(out, func(_ netip.AddrPort, data []byte) { back.send(data) })
			}()
		}
		senders[sender].send(data)
	})
}

// receive calls got with each datagram until the socket is closed.
func (p *peerPath) receive(socket *net.UDPConn, got func(sender netip.AddrPort, data []byte)) {
	buffer := make([]byte, mostDatagram)
	for {
		count, sender, err := socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		p.passed.Add(1)
		got(netip.AddrPortFrom(sender.Addr().Unmap(), sender.Port()), append([]byte(nil), buffer[:count]...))
	}
}

// reset closes all proxies.
func (p *peerPath) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, socket := range p.sockets {
		_ = socket.Close()
	}
	p.sockets, p.proxies, p.ours = nil, nil, nil
}
