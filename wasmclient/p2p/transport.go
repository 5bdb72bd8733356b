package p2p

import (
	"github.com/pion/webrtc/v4"
)

// transport creates the peer connections of a Client: with pion natively, with
// the browser's RTCPeerConnection in js, in a simulated network in tests.
// peerConnection is an interface only natively. In js an interface would make
// the linker keep all methods of the type, a hundred kilobytes of compressed
// Wasm.
type transport func(webrtc.Configuration, connectionEvents) (peerConnection, error)

// channelEvents are callbacks for the events of a data channel: opened and closed
// at most once each, messages in order. They must not block.
type channelEvents struct {
	opened, closed, drained func()
	message                 func([]byte)
}

// negotiatedChannel returns the options of a channel that both sides create.
func negotiatedChannel(id uint16) *webrtc.DataChannelInit {
	negotiated := true
	return &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id}
}
