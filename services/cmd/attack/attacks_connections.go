package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// getPool is a request that is answered at once and leaves its connection idle.
const getPool = "GET " + matchmakingv1connect.MatchmakingServiceGetPoolProcedure +
	"?connect=v1&encoding=json&message=%7B%7D HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

// unfinishedBodies sends requests to all kinds of handlers, and of none the
// whole body.
func unfinishedBodies(ctx context.Context, a *attacker) {
	paths := []string{
		"//x", "/", "/nowhere", matchmakingv1connect.MatchmakingServiceFindMatchProcedure, matchmakingv1connect.MatchmakingServiceGetPoolProcedure,
		signalingv1connect.SignalingServiceJoinRoomProcedure, signalingv1connect.SignalingServiceSendSignalsProcedure, "/grpc.health.v1.Health/Check",
	}
	a.hold(ctx, 400, func(number int) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/proto\r\nContent-Length: 99\r\n\r\n{", paths[number%len(paths)])
	})
}

// idleConnections makes a call on each of as many connections as this process
// can open, and leaves them open.
func idleConnections(ctx context.Context, a *attacker) {
	a.hold(ctx, 500, func(int) string { return getPool })
}

// hold opens as many connections as it can, so many from each source, sends a
// text on each, and holds them. Those that the server ends are replaced.
func (a *attacker) hold(ctx context.Context, fromEach int, text func(number int) string) {
	held := make(chan struct{}, a.connections)
	var (
		readers sync.WaitGroup
		mu      sync.Mutex // guards opened
		opened  int
	)
	a.repeat(ctx, 32, func(ctx context.Context, _ int) error {
		select {
		case held <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		mu.Lock()
		number := opened
		opened++
		mu.Unlock()
		connection, err := a.dial(ctx, source(number/fromEach))
		if err != nil {
			<-held
			return err
		}
		if _, err := io.WriteString(connection, text(number)); err != nil {
			_ = connection.Close()
			<-held
			return err
		}
		readers.Go(func() {
			defer func() { <-held }()
			defer connection.Close() //nolint:errcheck // nothing is left to say
			_, _ = io.Copy(io.Discard, bufio.NewReaderSize(connection, 512))
			if ctx.Err() == nil {
				a.refused.Add(1)
			}
		})
		return nil
	})
	readers.Wait()
}

// hugeHeaders sends requests with more headers than the server takes, and with
// nearly as many.
func hugeHeaders(ctx context.Context, a *attacker) {
	const workers = 32
	turns := make([]int, workers)
	a.repeat(ctx, workers, func(ctx context.Context, worker int) error {
		turns[worker]++
		size := [2]int{30 << 10, 100 << 10}[turns[worker]%2]
		if err := a.pay(ctx, size); err != nil {
			return err
		}
		connection, err := a.dial(ctx, eachNetwork(worker))
		if err != nil {
			return err
		}
		defer connection.Close() //nolint:errcheck // the answer was read
		// The server may answer before it has read all.
		_, _ = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: "+zeros(size)+"\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	})
}
