package p2p

import (
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Option configures a Client, as the default of each Find, or one Find.
type Option func(*settings)

type settings struct {
	http        rpc.HTTPClient
	matchmaking string
	signaling   string
	pool        string
	invite      Invite // empty: none
	groupSize   uint32
	interests   []string
	onlyCommon  bool
	avoid       []string
	iceServers  []rtc.ICEServer
	relayOnly   bool
	report      func(Progress)
	changes     func(Change)
	network     func(changed func(networkChanged bool)) (stop func())
	clock       timeouts
	engine      rtc.Engine
	loopback    bool          // peers may be on this machine, even if the server is not
	trace       tracer        // nil: off
	calls       *atomic.Int64 // those that are traced, of the Client
	stepByStep  bool          // without introductions and proofs, as clients that do not know them
}

// with returns a copy changed by options.
func (s settings) with(options []Option) settings {
	for _, option := range options {
		option(&s)
	}
	if s.signaling == "" {
		s.signaling = s.matchmaking
	}
	return s
}

// WithSignalingURL sets the URL of the Signaling service. Default, also for the
// empty string: the url of [NewClient].
func WithSignalingURL(url string) Option {
	return func(s *settings) { s.signaling = strings.TrimRight(url, "/") }
}

// WithPool sets the pool to wait in. Default: the server's default, "lobby".
func WithPool(pool string) Option {
	return func(s *settings) { s.pool = pool }
}

// MaxGroup is how many people a room can be for.
const MaxGroup = 8

// WithGroupSize sets how many people the room is for, this one included, from
// 2 to [MaxGroup]. Default: 2.
func WithGroupSize(size int) Option {
	return func(s *settings) { s.groupSize = uint32(min(max(size, 0), math.MaxInt32)) }
}

// WithInterests sets at most 8 interests in order of preference. People with a
// common interest are matched first; after 5 seconds ([StageWidened]) anybody
// is accepted. Default: none.
func WithInterests(interests ...string) Option {
	interests = slices.Clone(interests)
	return func(s *settings) { s.interests = interests }
}

// WithInterestsOnly accepts only people with a common interest, however long the
// search takes. It needs [WithInterests]. Default: anybody is accepted after 5
// seconds.
func WithInterestsOnly() Option {
	return func(s *settings) { s.onlyCommon = true }
}

// WithAvoid blocks at most 64 people by their [Peer.Pseudonym] of earlier rooms:
// the server never matches them with this side. A server whose pseudonym key was
// replaced since then rejects them with ReasonRefused ([AvoidRefused]). Default: nobody.
func WithAvoid(pseudonyms ...string) Option {
	pseudonyms = slices.Clone(pseudonyms)
	return func(s *settings) { s.avoid = pseudonyms }
}

// ICEServer is a STUN or TURN server: RTCIceServer of W3C WebRTC.
type ICEServer struct {
	// URLs are its addresses, such as "turn:turn.example:3478?transport=udp".
	URLs []string
	// Username and Credential are those of a TURN server.
	Username, Credential string
}

// WithICEServers sets the STUN and TURN servers. Without arguments, none are
// used. Default: the list of the Signaling service.
func WithICEServers(servers ...ICEServer) Option {
	list := make([]rtc.ICEServer, len(servers))
	for i, server := range servers {
		list[i] = rtc.ICEServer(server)
		list[i].URLs = slices.Clone(server.URLs)
	}
	return func(s *settings) { s.iceServers = list }
}

// ways returns how connections reach peers: by the user's ICE servers, or the
// server's if the user gave none, and by relays only if either wants that.
func (s *settings) ways(ofServer rtc.Configuration) rtc.Configuration {
	if s.iceServers != nil {
		ofServer.Servers = s.iceServers
	}
	ofServer.RelayOnly = ofServer.RelayOnly || s.relayOnly
	return ofServer
}

// WithRelayOnly connects through TURN servers only, so that no peer sees the network
// address of this side. Nothing of it is in any signal either. Without a TURN server
// no room opens. Default: any way, unless the server wants relays only.
func WithRelayOnly() Option {
	return func(s *settings) { s.relayOnly = true }
}

// WithProgress sets a function that is called with the progress of a Find. It is
// called from one goroutine at a time, in order, and never after Find has
// returned. It must return soon and must not call Find. Default: none.
func WithProgress(report func(Progress)) Option {
	return func(s *settings) { s.report = report }
}
