//go:build !js

package faultkit

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// chunk is the most bytes that a connection reads at once.
const chunk = 16 << 10

// Connection is one TCP connection through a Proxy. Safe for concurrent use.
type Connection struct {
	proxy          *Proxy
	client, server net.Conn
	gate           gate
	ctx            context.Context // ends when it is cut or over
	cancel         context.CancelFunc
	swallow        atomic.Bool // drop the next answer
}

// Cut resets the connection at both ends.
func (c *Connection) Cut() {
	c.cancel()
	reset(c.client)
	reset(c.server)
}

// Stall stops all bytes both ways and leaves the connection open.
func (c *Connection) Stall() { c.gate.shut() }

// Resume ends Stall.
func (c *Connection) Resume() { c.gate.open() }

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		refusing, status, target := p.refusing, p.status, p.target
		p.mu.Unlock()
		switch {
		case refusing:
			reset(client)
		case status != 0:
			p.working.Go(func() { p.answer(client, status) })
		default:
			p.working.Go(func() { p.carry(client, target) })
		}
	}
}

// answer responds like a gateway whose server is down.
func (p *Proxy) answer(client net.Conn, status int) {
	defer client.Close() //nolint:errcheck // the client has what it gets
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	request, err := http.ReadRequest(bufio.NewReader(client))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
	page := fmt.Sprintf("<html><body><h1>%d %s</h1></body></html>", status, http.StatusText(status))
	_, _ = fmt.Fprintf(client, "HTTP/1.1 %d %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		status, http.StatusText(status), len(page), page)
}

func (p *Proxy) carry(client net.Conn, target string) {
	server, err := new(net.Dialer).DialContext(p.ctx, "tcp", target)
	if err != nil {
		reset(client)
		return
	}
	c := &Connection{proxy: p, client: client, server: server}
	c.ctx, c.cancel = context.WithCancel(p.ctx)
	p.mu.Lock()
	p.connections[c] = struct{}{}
	p.mu.Unlock()
	context.AfterFunc(c.ctx, c.Cut) // also when the test ends just now
	p.working.Go(func() { c.pump(c.server, c.client, c.requested) })
	c.pump(c.client, c.server, c.answered)
	c.cancel()
	p.mu.Lock()
	delete(p.connections, c)
	p.mu.Unlock()
}

// requested inspects what the client sends. It always lets it pass.
func (c *Connection) requested(data []byte) (pass bool) {
	if c.proxy.drops(data) {
		c.swallow.Store(true)
	}
	return true
}

// answered inspects what the server sends, and drops it if the proxy is told to.
func (c *Connection) answered([]byte) (pass bool) {
	if c.swallow.Load() {
		c.proxy.dropped()
		return false
	}
	return true
}

// pump copies until either end is closed or the connection is cut, at the rate
// that the proxy allows.
func (c *Connection) pump(to, from net.Conn, inspect func([]byte) bool) {
	defer c.cancel()
	buffer := make([]byte, chunk)
	for {
		count, err := from.Read(buffer)
		data := buffer[:count]
		if count > 0 && !inspect(data) {
			return
		}
		for len(data) > 0 {
			part := c.part(data)
			if part == 0 {
				return
			}
			if _, err := to.Write(data[:part]); err != nil {
				return
			}
			data = data[part:]
		}
		if err != nil {
			return
		}
	}
}

// part waits until a part of data may pass and returns its length. Zero: the
// connection is over.
func (c *Connection) part(data []byte) int {
	c.proxy.mu.Lock()
	pause, rate := c.proxy.delay, c.proxy.rate
	c.proxy.mu.Unlock()
	part := len(data)
	if rate > 0 {
		part = min(part, max(rate/10, 1))
		pause += time.Duration(part) * time.Second / time.Duration(rate)
	}
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.ctx.Done():
			return 0
		}
	}
	if !c.proxy.gate.pass(c.ctx) || !c.gate.pass(c.ctx) {
		return 0
	}
	return part
}

// reset closes a TCP connection as a crash does, with RST instead of FIN.
func reset(connection net.Conn) {
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
