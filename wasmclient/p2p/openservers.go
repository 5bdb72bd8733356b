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
	ask func(context.Context) (rtc.Configuration, error)

	mu     sync.Mutex    // guards the following fields
	asking chan struct{} // closed when there is an answer; nil: nobody asks
	ice    rtc.Configuration
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
	return &openServers{ask: func(ctx context.Context) (ways rtc.Configuration, err error) {
		err = retry.Within(ctx, settings.clock.call, func(ctx context.Context) error {
			response, err := nobody.getIceServers(ctx)
			ways = waysOf(response.GetIceServers(), response.GetIcePolicy())
			return err
		})
		return ways, err
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
			ways, err := o.ask(context.Background())
			o.mu.Lock()
			defer o.mu.Unlock()
			defer close(done)
			if o.ice = ways; err != nil && !rpc.Refused(err) {
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
	return o.ice
}

func waysOf(messages []*signalingv1.IceServer, policy signalingv1.IcePolicy) rtc.Configuration {
	ways := rtc.Configuration{RelayOnly: policy == signalingv1.IcePolicy_ICE_POLICY_RELAY}
	for _, message := range messages {
		ways.Servers = append(ways.Servers, rtc.ICEServer{URLs: message.GetUrls(), Username: message.GetUsername(), Credential: message.GetCredential()})
	}
	return ways
}
