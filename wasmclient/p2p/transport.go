package p2p

import (
	"github.com/pion/webrtc/v4"
)

// transport makes the peer connections of a Client: of pion natively, of the
// browser in js, of a simulated network in tests. Only natively is peerConnection
// an interface: what a value in an interface reaches is linked whole, which in
// js would be a hundred kilobytes of compressed Wasm.
type transport func(webrtc.Configuration, connectionEvents) (peerConnection, error)

// channelEvents are told what happens to a data channel: each of opened and
// closed once at most, messages in order. They must not block.
type channelEvents struct {
	opened, closed, drained func()
	message                 func([]byte)
}

// negotiatedChannel returns the options of a channel both sides know.
func negotiatedChannel(id uint16) *webrtc.DataChannelInit {
	negotiated := true
	return &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id}
}
