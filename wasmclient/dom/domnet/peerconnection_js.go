package domnet

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// Candidate is RTCIceCandidateInit of W3C WebRTC. Nil fields are unset.
type Candidate struct {
	Candidate        string
	SDPMid           *string
	SDPMLineIndex    *uint32
	UsernameFragment *string
}

// PeerConnectionEvents are called from the browser's event loop, in order;
// they must not block.
type PeerConnectionEvents struct {
	// Candidate gets each local candidate and nil once when there are no more.
	Candidate func(*Candidate)
	// StateChange is called when connectionState has changed.
	StateChange func()
}

// ListenPeerConnection calls events for an RTCPeerConnection until release.
func ListenPeerConnection(connection js.Value, events PeerConnectionEvents) (release func()) {
	var callbacks domjs.Listeners
	callbacks.On(connection, "connectionstatechange", func(js.Value) { events.StateChange() })
	callbacks.On(connection, "icecandidate", func(event js.Value) {
		// The end is null; an empty candidate, which Firefox sends before it,
		// ends one component only and must not reach Chromium.
		switch candidate := event.Get("candidate"); {
		case !candidate.Truthy():
			events.Candidate(nil)
		case candidate.Get("candidate").String() != "":
			events.Candidate(candidateOf(candidate))
		}
	})
	return callbacks.Release
}

// ICEServer is RTCIceServer of W3C WebRTC. An empty username: none is needed.
type ICEServer struct {
	URLs                 []string
	Username, Credential string
}

// SetICEServers replaces the servers of an RTCPeerConnection from its next
// gathering on. If the browser rejects them, the old ones stay.
func SetICEServers(connection js.Value, servers []ICEServer) {
	var err error
	defer domjs.Catch(&err)
	list := make([]any, len(servers))
	for i, server := range servers {
		urls := make([]any, len(server.URLs))
		for j, url := range server.URLs {
			urls[j] = url
		}
		list[i] = map[string]any{"urls": urls}
		if server.Username != "" {
			list[i] = map[string]any{"urls": urls, "username": server.Username, "credential": server.Credential}
		}
	}
	configuration := connection.Call("getConfiguration")
	configuration.Set("iceServers", list)
	connection.Call("setConfiguration", configuration)
}

// SelectedCandidateTypes returns the types of the candidate pair an
// RTCPeerConnection uses, or empty strings if the browser does not say:
// Firefox lacks getSelectedCandidatePair.
func SelectedCandidateTypes(connection js.Value) (local, remote string) {
	var err error
	defer domjs.Catch(&err)
	pair := connection.Get("sctp").Get("transport").Get("iceTransport").Call("getSelectedCandidatePair")
	local, remote = pair.Get("local").Get("type").String(), pair.Get("remote").Get("type").String()
	return local, remote
}

func candidateOf(value js.Value) *Candidate {
	candidate := &Candidate{Candidate: value.Get("candidate").String()}
	if mid := value.Get("sdpMid"); mid.Type() == js.TypeString {
		text := mid.String()
		candidate.SDPMid = &text
	}
	if line := value.Get("sdpMLineIndex"); line.Type() == js.TypeNumber {
		index := uint32(line.Int()) //nolint:gosec // an unsigned short, says W3C
		candidate.SDPMLineIndex = &index
	}
	if ufrag := value.Get("usernameFragment"); ufrag.Type() == js.TypeString {
		text := ufrag.String()
		candidate.UsernameFragment = &text
	}
	return candidate
}

// DataChannelEvents are called from the browser's event loop, in order; they
// must not block.
type DataChannelEvents struct {
	Open, Close, BufferedAmountLow func()
	// Message gets a copy of each binary message; text messages are dropped.
	Message func([]byte)
}

// ListenDataChannel calls events for an RTCDataChannel until release.
func ListenDataChannel(channel js.Value, events DataChannelEvents) (release func()) {
	channel.Set("binaryType", "arraybuffer")
	var callbacks domjs.Listeners
	callbacks.On(channel, "open", func(js.Value) { events.Open() })
	callbacks.On(channel, "close", func(js.Value) { events.Close() })
	callbacks.On(channel, "bufferedamountlow", func(js.Value) { events.BufferedAmountLow() })
	callbacks.On(channel, "message", func(event js.Value) {
		if data := event.Get("data"); data.Type() == js.TypeObject {
			events.Message(bytesOf(js.Global().Get("Uint8Array").New(data)))
		}
	})
	return callbacks.Release
}

// CloseDataChannel begins to close an RTCDataChannel. Queued messages are still
// sent.
func CloseDataChannel(channel js.Value) {
	var err error
	defer domjs.Catch(&err) // a channel that cannot be closed is closed
	channel.Call("close")
}

// bytesOf copies a Uint8Array.
func bytesOf(array js.Value) []byte {
	data := make([]byte, array.Length())
	js.CopyBytesToGo(data, array)
	return data
}
