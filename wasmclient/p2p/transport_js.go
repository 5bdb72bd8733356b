package p2p

import (
	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"
)

type (
	peerConnection = *browserConnection
	dataChannel    = *browserChannel
)

// browserConnection is pion's wrapper of the browser's RTCPeerConnection.
type browserConnection struct {
	*webrtc.PeerConnection
	release func() // of the listeners
}

// defaultTransport does not use pion's handlers, because they start a goroutine
// per event and lose sdpMid and usernameFragment of Firefox's candidates.
func defaultTransport(configuration webrtc.Configuration, events connectionEvents) (peerConnection, error) {
	pc, err := webrtc.NewPeerConnection(configuration)
	if err != nil {
		return nil, err
	}
	release := domnet.ListenPeerConnection(pc.JSValue(), domnet.PeerConnectionEvents{
		StateChange: events.state,
		Candidate: func(candidate *domnet.Candidate) {
			if candidate == nil {
				events.candidate(nil)
				return
			}
			events.candidate(&signalingv1.IceCandidate{
				Candidate:        candidate.Candidate,
				SdpMid:           candidate.SDPMid,
				SdpMLineIndex:    candidate.SDPMLineIndex,
				UsernameFragment: candidate.UsernameFragment,
			})
		},
	})
	return &browserConnection{pc, release}, nil
}

// setICEServers does not use pion's SetConfiguration, because that links its URL
// parser.
func (c *browserConnection) setICEServers(servers []webrtc.ICEServer) {
	list := make([]domnet.ICEServer, len(servers))
	for i, server := range servers {
		credential, _ := server.Credential.(string)
		list[i] = domnet.ICEServer{URLs: server.URLs, Username: server.Username, Credential: credential}
	}
	domnet.SetICEServers(c.JSValue(), list)
}

func (c *browserConnection) rollback() error {
	return c.SetLocalDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeRollback})
}

// candidateTypes does not use pion's method, because that links all of pion's
// ICE and DTLS, a hundred kilobytes of compressed Wasm.
func (c *browserConnection) candidateTypes() (local, remote string) {
	return domnet.SelectedCandidateTypes(c.JSValue())
}

func (c *browserConnection) pion() *webrtc.PeerConnection { return c.PeerConnection }

// endWithPage closes the connection, because that waits for the thread that sends
// in Chromium. Otherwise the process may end before the thread runs.
func (c *browserConnection) endWithPage() { _ = c.Close() }

func (c *browserConnection) close() {
	c.release()
	_ = c.Close()
}

// newChannel does not use pion's handlers either, because they would reorder
// messages.
func (c *browserConnection) newChannel(label string, id uint16, events channelEvents) (dataChannel, error) {
	dc, err := c.CreateDataChannel(label, negotiatedChannel(id))
	if err != nil {
		return nil, err
	}
	release := domnet.ListenDataChannel(dc.JSValue(), domnet.DataChannelEvents{
		Open:              events.opened,
		Close:             events.closed,
		BufferedAmountLow: events.drained,
		Message:           events.message,
	})
	return &browserChannel{dc, release}, nil
}

// browserChannel is pion's wrapper of the browser's RTCDataChannel.
type browserChannel struct {
	*webrtc.DataChannel
	free func() // of the listeners
}

// close does not use pion's Close, because that leaves a callback behind when
// the connection closes before the channel.
func (c *browserChannel) close() { domnet.CloseDataChannel(c.JSValue()) }

func (c *browserChannel) release() { c.free() }
