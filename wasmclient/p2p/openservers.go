package p2p

import (
	"context"
	"sync"

	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// openServers are the ICE servers of one Signaling service that need no
// credential, which an offer needs before there is a room. They are asked for
// once. Safe for concurrent use.
type openServers struct {
	ask func(context.Context) ([]webrtc.ICEServer, error)

	mu     sync.Mutex    // guards the following fields
	asking chan struct{} // closed when there is an answer; nil: nobody asks
	ice    []webrtc.ICEServer
}

// openServers returns those for a Find: the user's list, or what the server says.
func (c *Client) openServers(settings settings) *openServers {
	if settings.iceServers != nil {
		done := make(chan struct{})
		close(done)
		return &openServers{asking: done, ice: settings.iceServers}
	}
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
	client := signalingv1connect.NewSignalingServiceClient(settings.httpClient, settings.signaling)
	return &openServers{ask: func(ctx context.Context) (servers []webrtc.ICEServer, err error) {
		err = within(ctx, settings.clock.call, func(ctx context.Context) error {
			response, err := client.GetIceServers(ctx, &signalingv1.GetIceServersRequest{})
			servers = iceServersOf(response.GetIceServers())
			return err
		})
		return servers, err
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
			servers, err := o.ask(context.Background())
			o.mu.Lock()
			defer o.mu.Unlock()
			defer close(done)
			if o.ice = servers; err != nil && !refused(err) {
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

func (o *openServers) list() []webrtc.ICEServer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ice
}

func iceServersOf(messages []*signalingv1.IceServer) []webrtc.ICEServer {
	var servers []webrtc.ICEServer
	for _, message := range messages {
		server := webrtc.ICEServer{URLs: message.GetUrls(), Username: message.GetUsername()}
		if message.GetCredential() != "" {
			server.Credential = message.GetCredential()
		}
		servers = append(servers, server)
	}
	return servers
}
