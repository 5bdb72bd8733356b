package p2p

import (
	"math"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"github.com/pion/webrtc/v4"
)

// Option configures a Client, as the default of each Find, or one Find.
type Option func(*settings)

type settings struct {
	httpClient  connect.HTTPClient
	matchmaking string
	signaling   string
	pool        string
	groupSize   uint32
	interests   []string
	onlyCommon  bool
	avoid       []string
	iceServers  []webrtc.ICEServer
	report      func(Progress)
	changes     func(Change)
	network     func(changed func(networkChanged bool)) (stop func())
	clock       timeouts
	transport   transport
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

// WithHTTPClient sets what carries the calls to the server. Default: natively
// a plain *http.Client, in the browser one on fetch. A client with a Timeout
// breaks the streams that wait for a partner.
func WithHTTPClient(client connect.HTTPClient) Option {
	return func(s *settings) { s.httpClient = client }
}

// WithSignalingURL sets where the Signaling service is. Default: the url of
// [NewClient]; the empty string means the default too.
func WithSignalingURL(url string) Option {
	return func(s *settings) { s.signaling = strings.TrimRight(url, "/") }
}

// WithPool sets the pool to wait in. Default: the server's, "lobby".
func WithPool(pool string) Option {
	return func(s *settings) { s.pool = pool }
}

// WithGroupSize sets how many people the room is for, this one included, from
// 2 to 8. Default: 2.
func WithGroupSize(size int) Option {
	return func(s *settings) { s.groupSize = uint32(min(max(size, 0), math.MaxInt32)) }
}

// WithInterests sets at most 8 interests in order of preference; people with
// a common one meet first, and after 5 seconds ([StageWidened]) anybody will
// do. Default: none.
func WithInterests(interests ...string) Option {
	interests = slices.Clone(interests)
	return func(s *settings) { s.interests = interests }
}

// WithInterestsOnly keeps away everybody without a common interest, however
// long that takes. It needs [WithInterests]. Default: anybody will do at last.
func WithInterestsOnly() Option {
	return func(s *settings) { s.onlyCommon = true }
}

// WithAvoid blocks at most 64 people by their [Peer.Pseudonym] of earlier
// rooms: never are they and this side brought together. A server that has
// changed its keys since refuses pseudonyms from before with
// ReasonRefused. Default: nobody.
func WithAvoid(pseudonyms ...string) Option {
	pseudonyms = slices.Clone(pseudonyms)
	return func(s *settings) { s.avoid = pseudonyms }
}

// WithICEServers sets the STUN and TURN servers in place of the server's
// list. Without arguments: none at all. Default: the server's list.
func WithICEServers(servers ...webrtc.ICEServer) Option {
	servers = append([]webrtc.ICEServer{}, servers...)
	return func(s *settings) { s.iceServers = servers }
}

// WithProgress sets a function that is told how far a Find has come. It is
// called from one goroutine at a time, in order, and no more once Find has
// returned; it must return soon and must not call Find. Default: nobody is
// told.
func WithProgress(report func(Progress)) Option {
	return func(s *settings) { s.report = report }
}
