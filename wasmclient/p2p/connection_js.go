package p2p

import (
	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domnet"
)

// nativeEngine has no meaning in the browser.
type nativeEngine struct{}

func newPeerConnection(configuration webrtc.Configuration, _ nativeEngine) (*webrtc.PeerConnection, error) {
	return webrtc.NewPeerConnection(configuration)
}

// listenConnection does not use pion's handlers: they start a goroutine per
// event, and lose sdpMid and usernameFragment of Firefox's candidates.
func listenConnection(pc *webrtc.PeerConnection, events connectionEvents) (release func()) {
	return domnet.ListenPeerConnection(pc.JSValue(), domnet.PeerConnectionEvents{
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
}

// listenChannel does not use pion's handlers either: messages would be
// reordered.
func listenChannel(dc *webrtc.DataChannel, events channelEvents) (release func()) {
	return domnet.ListenDataChannel(dc.JSValue(), domnet.DataChannelEvents{
		Open:              events.opened,
		Close:             events.closed,
		BufferedAmountLow: events.drained,
		Message:           events.message,
	})
}

// closeChannel does not use pion's Close: it leaves a callback behind when the
// connection closes before the channel has.
func closeChannel(dc *webrtc.DataChannel) { domnet.CloseDataChannel(dc.JSValue()) }

func closePeerConnection(pc *webrtc.PeerConnection) { _ = pc.Close() }

// candidateTypes does not use pion's method: it links all of pion's ICE and
// DTLS, a hundred kilobytes of compressed Wasm.
func candidateTypes(pc *webrtc.PeerConnection) (local, remote string) {
	return domnet.SelectedCandidateTypes(pc.JSValue())
}
