// Package predecessor is the approach that WasmP2PChat replaces, written for
// comparison: a server of WebSockets and JSON, and what its clients do. There
// are two forms of it. Original has one socket for matchmaking and one for
// signaling, untyped messages, and a message for each candidate. Tidy is the
// same approach written well: one socket, typed messages, candidates in batches.
//
// Both only pair people and relay their messages: they have no tokens, limits,
// heartbeats or repair.
package predecessor

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// A Form is a server with its clients.
type Form struct {
	// Handler serves WebSockets.
	Handler func() http.Handler
	// Meet is what one of two people does who meet in a pool: from the search
	// until the description and all candidates of the other have come. The URL
	// is that of the server.
	Meet func(ctx context.Context, client *http.Client, url, pool string) error
}

// Forms are the forms by name.
var Forms = map[string]Form{
	"original": {Handler: originalHandler, Meet: originalMeet},
	"tidy":     {Handler: tidyHandler, Meet: tidyMeet},
}

// expected is how many signals each side receives.
const expected = 1 + people.Candidates

func dial(ctx context.Context, client *http.Client, url, path string) (*websocket.Conn, error) {
	socket, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http")+path, &websocket.DialOptions{HTTPClient: client}) //nolint:bodyclose // the library does
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	return socket, nil
}
