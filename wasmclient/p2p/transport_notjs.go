//go:build !js

package p2p

import (
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

const (
	// largestMessage is the message size that peers may send. It is larger than
	// the largest envelope, so that a peer that exceeds that loses one message
	// and not the connection.
	largestMessage = 256 << 10
	// longestRetransmission is the longest pause between retransmissions, and so
	// how long a path that works again may stay unused.
	longestRetransmission = time.Second
)

// defaultTransport is pion with its default settings.
var defaultTransport = pionTransport(func(*webrtc.SettingEngine) {})

// pionTransport is pion with changed settings.
func pionTransport(change func(*webrtc.SettingEngine)) transport {
	return func(configuration webrtc.Configuration, events connectionEvents) (peerConnection, error) {
		settings := webrtc.SettingEngine{LoggerFactory: silent{}}
		settings.SetSCTPMaxMessageSize(largestMessage)
		settings.SetSCTPRTOMax(longestRetransmission)
		// Two round trips less: the descriptions carry SCTP's INIT where both sides
		// know that (draft-hancke-tsvwg-snap), and DTLS need not verify an address
		// (RFC 9147, section 5.1) that ICE has authenticated.
		settings.EnableSctpSnap(true)
		settings.SetDTLSInsecureSkipHelloVerify(true)
		change(&settings)
		pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(configuration)
		if err != nil {
			return nil, err
		}
		pc.OnICECandidate(func(candidate *webrtc.ICECandidate) { events.candidate(wireCandidate(candidate)) })
		pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { events.state() })
		return &pionConnection{pc}, nil
	}
}

func wireCandidate(candidate *webrtc.ICECandidate) *signalingv1.IceCandidate {
	if candidate == nil {
		return nil
	}
	init := candidate.ToJSON()
	line := uint32(*init.SDPMLineIndex)
	mid := init.SDPMid
	if *mid == "" {
		mid = nil // browsers would look for a media section with an empty name
	}
	return &signalingv1.IceCandidate{Candidate: init.Candidate, SdpMid: mid, SdpMLineIndex: &line}
}

type pionConnection struct{ *webrtc.PeerConnection }

func (c *pionConnection) setICEServers(servers []webrtc.ICEServer) {
	_ = c.SetConfiguration(webrtc.Configuration{ICEServers: servers})
}

// rollback applies the peer's last description as an answer, because pion cannot
// roll back. The ICE credentials stay those of before; the peer's next offer
// replaces them.
func (c *pionConnection) rollback() error {
	answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer}
	if remote := c.CurrentRemoteDescription(); remote != nil {
		answer.SDP = remote.SDP
	}
	return c.SetRemoteDescription(answer)
}

func (c *pionConnection) candidateTypes() (local, remote string) {
	pair, err := c.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil || pair.Local == nil || pair.Remote == nil {
		return "", ""
	}
	return pair.Local.Typ.String(), pair.Remote.Typ.String()
}

func (c *pionConnection) pion() *webrtc.PeerConnection { return c.PeerConnection }

func (*pionConnection) endWithPage() {}

func (c *pionConnection) close() { _ = c.GracefulClose() }

func (c *pionConnection) newChannel(label string, id uint16, events channelEvents) (dataChannel, error) {
	dc, err := c.CreateDataChannel(label, negotiatedChannel(id))
	if err != nil {
		return nil, err
	}
	dc.OnOpen(events.opened)
	dc.OnClose(sync.OnceFunc(events.closed))
	dc.OnBufferedAmountLow(events.drained)
	dc.OnMessage(func(message webrtc.DataChannelMessage) { events.message(message.Data) })
	return pionChannel{dc}, nil
}

type pionChannel struct{ *webrtc.DataChannel }

func (c pionChannel) close() { _ = c.Close() }

func (pionChannel) release() {}

// silent drops pion's logs, because they contain addresses and descriptions.
type silent struct{}

func (silent) NewLogger(string) logging.LeveledLogger {
	return &logging.DefaultLeveledLogger{}
}
