//go:build !js

package p2p

import (
	"sync"

	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// largestMessage is what a peer is told it may send. Twice what an envelope
// can be and more: a peer that oversteps loses a message and not the chat.
const largestMessage = 256 << 10

// nativeEngine changes pion's settings; nil changes nothing.
type nativeEngine func(*webrtc.SettingEngine)

func newPeerConnection(configuration webrtc.Configuration, engine nativeEngine) (*webrtc.PeerConnection, error) {
	settings := webrtc.SettingEngine{LoggerFactory: silent{}}
	settings.SetSCTPMaxMessageSize(largestMessage)
	if engine != nil {
		engine(&settings)
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(configuration)
}

func listenConnection(pc *webrtc.PeerConnection, events connectionEvents) (release func()) {
	pc.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate == nil {
			events.candidate(nil)
			return
		}
		init := candidate.ToJSON()
		line := uint32(*init.SDPMLineIndex)
		mid := init.SDPMid
		if *mid == "" {
			mid = nil // browsers look an empty one up and find nothing
		}
		events.candidate(&signalingv1.IceCandidate{Candidate: init.Candidate, SdpMid: mid, SdpMLineIndex: &line})
	})
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { events.state() })
	return func() {}
}

func listenChannel(dc *webrtc.DataChannel, events channelEvents) (release func()) {
	dc.OnOpen(events.opened)
	dc.OnClose(sync.OnceFunc(events.closed))
	dc.OnBufferedAmountLow(events.drained)
	dc.OnMessage(func(message webrtc.DataChannelMessage) { events.message(message.Data) })
	return func() {}
}

func closeChannel(dc *webrtc.DataChannel) { _ = dc.Close() }

func closePeerConnection(pc *webrtc.PeerConnection) { _ = pc.GracefulClose() }

// candidateTypes returns the types of the candidate pair in use, or empty
// strings while there is none.
func candidateTypes(pc *webrtc.PeerConnection) (local, remote string) {
	pair, err := pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil || pair.Local == nil || pair.Remote == nil {
		return "", ""
	}
	return pair.Local.Typ.String(), pair.Remote.Typ.String()
}

// silent drops pion's logs: they hold addresses and descriptions.
type silent struct{}

func (silent) NewLogger(string) logging.LeveledLogger {
	return &logging.DefaultLeveledLogger{}
}
