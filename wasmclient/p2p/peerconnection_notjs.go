//go:build !js

package p2p

import "github.com/pion/webrtc/v4"

// peerConnection is what a link needs of an RTCPeerConnection. Its methods
// mean what those of *webrtc.PeerConnection do; those that negotiate are
// called by one goroutine at a time, the others by any number.
type peerConnection interface {
	CreateOffer(*webrtc.OfferOptions) (webrtc.SessionDescription, error)
	CreateAnswer(*webrtc.AnswerOptions) (webrtc.SessionDescription, error)
	SetLocalDescription(webrtc.SessionDescription) error
	SetRemoteDescription(webrtc.SessionDescription) error
	AddICECandidate(webrtc.ICECandidateInit) error
	LocalDescription() *webrtc.SessionDescription
	SignalingState() webrtc.SignalingState
	ICEConnectionState() webrtc.ICEConnectionState
	ConnectionState() webrtc.PeerConnectionState
	// setICEServers counts from the next ICE restart on; where the platform
	// takes no new ones, the old may still do.
	setICEServers([]webrtc.ICEServer)
	// rollback takes back an offer of this side that is not answered, on a
	// connection that was negotiated before.
	rollback() error
	// newChannel makes a negotiated, ordered, reliable data channel.
	newChannel(label string, id uint16, events channelEvents) (dataChannel, error)
	// candidateTypes returns the types of the candidate pair in use, or empty
	// strings while there is none or where that is not told.
	candidateTypes() (local, remote string)
	// pion returns what [Room.PeerConnection] gives to the user.
	pion() *webrtc.PeerConnection
	// close frees everything but what the release of each channel frees.
	close()
}

// dataChannel is what a link needs of an RTCDataChannel. All methods may be
// called at once; none blocks.
type dataChannel interface {
	// Send queues a message. While the network is down it stays queued.
	Send([]byte) error
	BufferedAmount() uint64
	SetBufferedAmountLowThreshold(uint64)
	// close lets what was sent go out first.
	close()
	// release ends the events, after close of the connection.
	release()
}
