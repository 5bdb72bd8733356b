package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/time/rate"
)

// An attack runs until ctx ends.
type attack struct {
	name string
	run  func(ctx context.Context, a *attacker)
}

// attacker is who attacks, and counts what that got.
type attacker struct {
	url, address string // of the server
	pace         *rate.Limiter
	connections  int // most that it may open

	requests, refused, open, mostOpen atomic.Int64
}

// gains are what an attacker got.
type gains struct {
	Requests int64 `json:"requests"`
	Refused  int64 `json:"refused"` // answered with an error, reset, or closed
	Open     int64 `json:"open"`    // connections at once
}

// bytesOfRequest is how large a request counts as one of the attacker's pace, and
// mostCounted how many a larger one counts as.
const (
	bytesOfRequest = 16 << 10
	mostCounted    = 64
)

// reserve is how many descriptors an attacker keeps for itself.
const reserve = 64

// newAttacker returns an attacker with so many requests a second, and as many
// connections as this process can open.
func newAttacker(url string, perSecond int) (*attacker, error) {
	var limit syscall.Rlimit // Go has raised it to what is allowed
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil, fmt.Errorf("read the limit of open files: %w", err)
	}
	return &attacker{
		url: url, address: strings.TrimPrefix(url, "http://"),
		pace:        rate.NewLimiter(rate.Limit(perSecond), mostCounted),
		connections: int(min(limit.Cur, 1<<20)) - reserve,
	}, nil
}

func (a *attacker) gained() gains {
	return gains{Requests: a.requests.Load(), Refused: a.refused.Load(), Open: a.mostOpen.Load()}
}

// beAttacker attacks until standard input ends, and writes what that got.
func beAttacker(ctx context.Context, flags flags, stdin io.Reader, stdout io.Writer) error {
	const lowest = 19
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest); err != nil {
		return fmt.Errorf("lower the priority: %w", err)
	}
	log.SetOutput(io.Discard) // net/http tells of each answer that comes too early
	chosen, err := choose([]string{flags.Attacker})
	if err != nil {
		return err
	}
	a, err := newAttacker(flags.URL, flags.Rate)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()
	chosen[0].run(ctx, a)
	return json.NewEncoder(stdout).Encode(a.gained())
}

// repeat lets workers do something again and again, at the attacker's pace. An
// error means that the server refused it.
func (a *attacker) repeat(ctx context.Context, workers int, act func(ctx context.Context, worker int) error) {
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for a.pace.Wait(ctx) == nil {
				a.requests.Add(1)
				if err := act(ctx, worker); err != nil && ctx.Err() == nil {
					a.refused.Add(1)
				}
			}
		})
	}
	all.Wait()
}

// pay waits until the attacker may send so many bytes besides what repeat has
// waited for.
func (a *attacker) pay(ctx context.Context, size int) error {
	return a.pace.WaitN(ctx, min(size/bytesOfRequest, mostCounted))
}

// source returns an address for an attacker: 250 of each network of 24 bits.
func source(number int) string {
	return fmt.Sprintf("127.0.%d.%d", number/250%250, 2+number%250)
}

// dial opens a connection from a source. It ends with ctx at the latest.
func (a *attacker) dial(ctx context.Context, from string) (net.Conn, error) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	connection, err := dialer.DialContext(ctx, "tcp4", a.address)
	if err != nil {
		return nil, err
	}
	connection.(*net.TCPConn).SetLinger(0) //nolint:errcheck,forcetypeassert // without it ports run out
	now := a.open.Add(1)
	for most := a.mostOpen.Load(); now > most && !a.mostOpen.CompareAndSwap(most, now); {
		most = a.mostOpen.Load()
	}
	end := sync.OnceValue(func() error {
		a.open.Add(-1)
		return connection.Close()
	})
	forget := context.AfterFunc(ctx, func() { _ = end() })
	return &countedConnection{Conn: connection, close: func() error {
		forget()
		return end()
	}}, nil
}

type countedConnection struct {
	net.Conn
	close func() error
}

// Close implements net.Conn.
func (c *countedConnection) Close() error { return c.close() }

// transport returns how to call from a source until ctx ends.
func (a *attacker) transport(ctx context.Context, from string, http2 bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	return &http.Transport{
		Protocols:   protocols,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return a.dial(ctx, from) },
	}
}
