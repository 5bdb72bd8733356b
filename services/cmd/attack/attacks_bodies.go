package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// aBody is a request of one kind.
type aBody struct {
	path, contentType string
	compression       string // the header that names it; empty: none
	body              []byte
}

// gzipBombs sends bodies of 255 KB that inflate to 250 MB, by each protocol.
func gzipBombs(ctx context.Context, a *attacker) {
	bomb := newBomb()
	enveloped := envelope(1, bomb)
	unary, stream := matchmakingv1connect.MatchmakingServiceGetPoolProcedure, matchmakingv1connect.MatchmakingServiceFindMatchProcedure
	a.post(ctx, 32, []aBody{
		{unary, "application/json", "Content-Encoding", bomb},
		{stream, "application/connect+json", "Connect-Content-Encoding", enveloped},
		{unary, "application/grpc", "Grpc-Encoding", enveloped},
		{stream, "application/grpc-web+json", "Grpc-Encoding", enveloped},
	})
}

// newBomb returns 250 times the same megabyte of zeros.
func newBomb() []byte {
	var part bytes.Buffer
	writer, err := gzip.NewWriterLevel(&part, gzip.BestCompression)
	if err == nil {
		_, err = io.WriteString(writer, zeros(1<<20))
	}
	if err := errors.Join(err, writer.Close()); err != nil {
		panic(err) // the buffer takes everything
	}
	return bytes.Repeat(part.Bytes(), 250)
}

// oversizedBodies sends bodies of a megabyte, four times as much as any request
// may have.
func oversizedBodies(ctx context.Context, a *attacker) {
	large := []byte(`{"pool":"` + zeros(1<<20) + `"}`)
	a.post(ctx, 32, []aBody{
		{matchmakingv1connect.MatchmakingServiceGetPoolProcedure, "application/json", "", large},
		{matchmakingv1connect.MatchmakingServiceFindMatchProcedure, "application/connect+json", "", envelope(0, large)},
		{signalingv1connect.SignalingServiceSendSignalsProcedure, "application/proto", "", large},
		{matchmakingv1connect.MatchmakingServiceGetPoolProcedure, "application/grpc", "", envelope(0, large)},
	})
}

// malformedRequests sends what no parser takes.
func malformedRequests(ctx context.Context, a *attacker) {
	deep := []byte(`{"pool":` + strings.Repeat("[", 100_000))
	var bodies []aBody
	for _, path := range []string{
		matchmakingv1connect.MatchmakingServiceGetPoolProcedure, matchmakingv1connect.MatchmakingServiceFindMatchProcedure,
		matchmakingv1connect.MatchmakingServiceCancelMatchProcedure, signalingv1connect.SignalingServiceSendSignalsProcedure,
	} {
		bodies = append(bodies,
			aBody{path, "application/json", "", []byte(`{"pool":`)},
			aBody{path, "application/json", "", deep},
			aBody{path, "application/connect+json", "", envelope(0, deep)},
			aBody{path, "application/proto", "", bytes.Repeat([]byte{0xff}, 200_000)},
			aBody{path, "application/grpc", "", envelope(0, bytes.Repeat([]byte{0x0b}, 100_000))}, // groups in groups
			aBody{path, "application/grpc", "", binary.BigEndian.AppendUint32([]byte{0}, 1<<32-1)},
			aBody{path, "application/grpc-web", "", []byte("nothing")},
			aBody{path, "text/plain", "", deep},
		)
	}
	a.post(ctx, 32, bodies)
}

// post sends the bodies again and again, over a connection for each worker.
func (a *attacker) post(ctx context.Context, workers int, bodies []aBody) {
	clients := a.clients(ctx, workers)
	turns := make([]int, workers)
	a.repeat(ctx, workers, func(ctx context.Context, worker int) error {
		turns[worker]++
		chosen := bodies[(worker+turns[worker]*workers+turns[worker])%len(bodies)]
		if err := a.pay(ctx, len(chosen.body)); err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+chosen.path, bytes.NewReader(chosen.body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", chosen.contentType)
		request.Header.Set("Connect-Protocol-Version", "1")
		request.Header.Set("Te", "trailers")
		if chosen.compression != "" {
			request.Header.Set(chosen.compression, "gzip")
		}
		return a.try(clients[worker], request)
	})
}

// clients returns clients from sources of different networks: half of them speak
// HTTP/1.1, the others HTTP/2.
func (a *attacker) clients(ctx context.Context, count int) []*http.Client {
	clients := make([]*http.Client, count)
	for i := range clients {
		clients[i] = &http.Client{Transport: a.transport(ctx, eachNetwork(i), i%2 == 1)}
	}
	return clients
}

// try sends a request and returns the error it is answered with, in any of the
// protocols.
func (a *attacker) try(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	status := cmp.Or(response.Trailer.Get("Grpc-Status"), response.Header.Get("Grpc-Status"), "0")
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return errors.New(response.Status)
	case status != "0":
		return fmt.Errorf("grpc-status %s", status)
	case bytes.Contains(body, []byte(`"error":`)), bytes.Contains(body, []byte("grpc-message:")):
		return fmt.Errorf("refused: %.100q", body)
	}
	return nil
}

// envelope puts before a message what streams and gRPC want.
func envelope(flags byte, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flags}, uint32(len(message))), message...) //nolint:gosec // it is small
}

func zeros(count int) string { return strings.Repeat("0", count) }
