package p2p

import (
	"context"
	"sync"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// openServers are the ICE servers of one Signaling service that need no
// credential, and by which ways it lets people connect: what an offer needs before
// there is a room. They are asked for once. Safe for concurrent use.
type openServers struct {
	ask func(context.Context) (*signalingv1.GetIceServersResponse, error)

	mu     sync.Mutex    // guards the following fields
	asking chan struct{} // closed when there is an answer; nil: nobody asks
	answer *signalingv1.GetIceServersResponse
	err    error // instead of an answer
}

// openServers returns those for a Find.
func (c *Client) openServers(settings settings) *openServers {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.servers[settings.signaling]
	if known == nil {
		known = newOpenServers(settings)
		if c.servers == nil {
			c.servers = make(map[string]*openServers)
		}
		c.servers[settings.signaling] = known
	}
	return known
}

func newOpenServers(settings settings) *openServers {
	nobody := newMember(settings, "")
	return &openServers{ask: func(ctx context.Context) (answer *signalingv1.GetIceServersResponse, err error) {
		err = retry.Within(ctx, settings.clock.call, func(ctx context.Context) error {
			answer, err = nobody.getIceServers(ctx)
			return err
		})
		return answer, err
	}}
}

// here returns a channel that is closed when the servers are known, or cannot be
// asked for. It asks for them if nobody does.
func (o *openServers) here() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.asking == nil {
		done := make(chan struct{})
		o.asking = done
		go func() {
			answer, err := o.ask(context.Background())
			o.mu.Lock()
			defer o.mu.Unlock()
			defer close(done)
			if o.answer, o.err = answer, err; err != nil && !rpc.Refused(err) {
				o.asking = nil // the next Find asks again
			}
		}()
	}
	return o.asking
}

// known asks for the servers if need be, and reports whether they are there.
func (o *openServers) known() bool {
	done := o.here()
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func (o *openServers) ways() rtc.Configuration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return waysOf(o.answer.GetIceServers(), o.answer.GetIcePolicy())
}

// Relays says whether a server has TURN servers for the members of rooms. Callers skip
// values they do not know.
type Relays string

// Whether there are TURN servers.
const (
	// RelaysNone means that there are none: peers see each other's network addresses.
	RelaysNone Relays = "none"
	// RelaysOffered means that there are some, so that [WithRelayOnly] works.
	RelaysOffered Relays = "offered"
	// RelaysOnly means that the server lets people connect in no other way.
	RelaysOnly Relays = "only"
)

// Relays asks whether the server has TURN servers. It asks once: later calls return the
// same. [CodeOf] tells the kind of an error.
func (c *Client) Relays(ctx context.Context, options ...Option) (Relays, error) {
	settings := c.settings.with(options)
	if err := checkURLs(settings.signaling); err != nil {
		return "", err
	}
	servers := c.openServers(settings)
	select {
	case <-servers.here(): //nolint:contextcheck // the answer is for later searches too
	case <-ctx.Done():
		return "", failed("get ICE servers", ctx.Err())
	}
	return servers.relays()
}

func (o *openServers) relays() (Relays, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return "", failed("get ICE servers", o.err)
	case o.answer.GetIcePolicy() == signalingv1.IcePolicy_ICE_POLICY_RELAY:
		return RelaysOnly, nil
	case o.answer.GetRelays():
		return RelaysOffered, nil
	default:
		return RelaysNone, nil
	}
}

func waysOf(messages []*signalingv1.IceServer, policy signalingv1.IcePolicy) rtc.Configuration {
	ways := rtc.Configuration{RelayOnly: policy == signalingv1.IcePolicy_ICE_POLICY_RELAY}
	for _, message := range messages {
		ways.Servers = append(ways.Servers, rtc.ICEServer{URLs: message.GetUrls(), Username: message.GetUsername(), Credential: message.GetCredential()})
	}
	return ways
}
