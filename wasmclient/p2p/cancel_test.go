//go:build !js

package p2p

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
)

// cancelling notes the requests of CancelMatch.
type cancelling chan []byte

func (c cancelling) RoundTrip(request *http.Request) (*http.Response, error) {
	if strings.HasSuffix(request.URL.Path, "/CancelMatch") {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		c <- body
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(request)
}

// TestCancelNamesThePool gives up a search in another pool than the default:
// the server knows the ticket in that pool only.
func TestCancelNamesThePool(t *testing.T) {
	t.Parallel()
	cancelled := make(cancelling, 1)
	client := NewClient(startServer(t), WithHTTPClient(&http.Client{Transport: cancelled}), WithPool("game"))
	ctx, cancel := context.WithCancel(testContext(t))
	progress := newStages()
	search := find(ctx, t, client, progress.option())
	progress.wait(t, StageWaiting)
	cancel()
	<-search
	request := &matchmakingv1.CancelMatchRequest{}
	if err := proto.Unmarshal(<-cancelled, request); err != nil || request.GetPool() != "game" {
		t.Errorf("CancelMatch says %v, %v, want the pool", request, err)
	}
}
