package p2p

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Client finds partners at one server. To the server it is one person, who
// has one search at a time: a second Find ends the first with
// ReasonSuperseded. Safe for concurrent use.
type Client struct {
	id       string // client_id, a secret
	settings settings
	recent   recentPeers
	slot     platform.StreamSlot

	mu      sync.Mutex              // guards the following field
	servers map[string]*openServers // by the URL of their service
}

// NewClient returns a Client for the server at url, such as
// "https://chat.example". It starts nothing and opens no connection.
func NewClient(url string, options ...Option) *Client {
	defaults := settings{
		matchmaking: strings.TrimRight(url, "/"),
		engine:      rtc.Platform,
		network:     platform.WatchNetwork,
		clock:       defaultTimeouts(),
		calls:       new(atomic.Int64),
	}
	return &Client{id: platform.RandomID(), settings: defaults.with(options)}
}

// Find waits for a partner and returns an open room, in which the chat channel
// to every peer is open. If a partner does not join or cannot be reached, Find
// looks for the next one; after three such failures in a row it returns an
// error. If the server cannot be reached, Find tries again until ctx ends.
// People this Client left with REASON_NEXT in the last 30 minutes are matched
// again only if nobody else comes for 5 seconds. The error is ctx.Err() wrapped
// when ctx ends, otherwise an *[EndedError].
func (c *Client) Find(ctx context.Context, options ...Option) (*Room, error) {
	settings := c.settings.with(options)
	if err := checkURLs(settings.matchmaking, settings.signaling); err != nil {
		return nil, &EndedError{Reason: ReasonRefused, Err: err}
	}
	release, ok := c.slot.Hold(settings.matchmaking)
	if !ok {
		return nil, &EndedError{Reason: ReasonTooManyTabs}
	}
	progress := &progress{callback: settings.report}
	defer progress.stop()
	room, err := newSearch(c, settings, progress).run(ctx)
	if err == nil {
		room.signaling.whenStreamEnds(release)
		room.changes.begin()
		return room, nil
	}
	release()
	if ctx.Err() != nil {
		return nil, failed("find partner", ctx.Err())
	}
	return nil, err
}

// Prepare asks the server for what every Find needs first, so that the first Find
// takes no longer than others. A page calls it when it is loaded. It is not
// needed, returns when there is an answer or ctx ends, and reports no error: Find
// asks again.
func (c *Client) Prepare(ctx context.Context, options ...Option) {
	settings := c.settings.with(options)
	if checkURLs(settings.signaling) != nil {
		return
	}
	select {
	case <-c.openServers(settings).here(): //nolint:contextcheck // the answer is for later searches too
	case <-ctx.Done():
	}
}

// checkURLs reports a URL that no server can have: trying again is useless.
func checkURLs(texts ...string) error {
	for _, text := range texts {
		if _, host := platform.ParseURL(text); host == "" {
			return &rpc.Error{Code: rpc.CodeInvalidArgument, Message: strconv.Quote(text) + " is not a URL such as https://chat.example"}
		}
	}
	return nil
}

// Waiting asks how many people wait in the pool. [CodeOf] tells the kind of an error.
func (c *Client) Waiting(ctx context.Context, options ...Option) (int, error) {
	settings := c.settings.with(options)
	ctx, cancel := context.WithTimeout(ctx, settings.clock.call)
	defer cancel()
	pool, err := newMatchmaking(settings).getPool(ctx, &matchmakingv1.GetPoolRequest{Pool: settings.pool})
	if err != nil {
		return 0, failed("get pool", err)
	}
	return int(pool.GetWaiting()), nil
}
