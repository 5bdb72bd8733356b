//go:build !js

package p2p

import "github.com/pion/webrtc/v4"

// peerConnection is the part of an RTCPeerConnection that a link uses. The
// methods in capitals do what those of *webrtc.PeerConnection do. Methods that
// negotiate are called by one goroutine at a time; the others are safe for
// concurrent use.
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
	// setICEServers sets the servers for the next ICE restart. If the platform
	// rejects them, the old ones stay.
	setICEServers([]webrtc.ICEServer)
	// rollback withdraws an unanswered offer of this side. The connection must
	// have been negotiated before.
	rollback() error
	// newChannel makes a negotiated, ordered, reliable data channel.
	newChannel(label string, id uint16, events channelEvents) (dataChannel, error)
	// candidateTypes returns the types of the candidate pair in use, or empty
	// strings if there is none or the platform does not say.
	candidateTypes() (local, remote string)
	// pion returns the result of [Room.PeerConnection].
	pion() *webrtc.PeerConnection
	// endWithPage returns when what is queued is on its way, because the page ends
	// now. Where there is no page it does nothing.
	endWithPage()
	// close frees everything except the channels, which release frees.
	close()
}

// dataChannel is the part of an RTCDataChannel that a link uses. All methods are
// safe for concurrent use; none blocks.
type dataChannel interface {
	// Send queues a message. While the network is down it stays queued.
	Send([]byte) error
	BufferedAmount() uint64
	SetBufferedAmountLowThreshold(uint64)
	// close closes the channel after all queued messages are sent.
	close()
	// release ends the events. Call it after the connection is closed.
	release()
}
