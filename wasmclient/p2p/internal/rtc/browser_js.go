package rtc

import (
	"sync"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// Platform is the browser's RTCPeerConnection.
var Platform Engine = newBrowserConnection

type browserConnection struct {
	pc        js.Value
	listeners domjs.Listeners
	closed    chan struct{} // ends what waits for the browser, which may never answer
	close     func()
}

func newBrowserConnection(configuration Configuration, events Events) (connection Connection, err error) {
	defer domjs.Catch(&err)
	pc := js.Global().Get("RTCPeerConnection").New(map[string]any{"iceServers": iceServers(configuration.Servers), "iceTransportPolicy": policy(configuration)})
	c := &browserConnection{pc: pc, closed: make(chan struct{})}
	c.close = sync.OnceFunc(func() {
		close(c.closed)
		pc.Call("close")
	})
	if events.Trace != nil {
		c.traceStates(events.Trace)
	}
	c.listeners.On(pc, "connectionstatechange", func(js.Value) { events.State() })
	c.listeners.On(pc, "icecandidateerror", func(event js.Value) {
		if code := event.Get("errorCode"); code.Type() == js.TypeNumber {
			events.ServerError(code.Int())
		}
	})
	c.listeners.On(pc, "icecandidate", func(event js.Value) {
		// The end is null; an empty candidate, which Firefox sends before it, ends
		// one component only and must not reach Chromium.
		switch candidate := event.Get("candidate"); {
		case !candidate.Truthy():
			events.Candidate(nil)
		case candidate.Get("candidate").String() != "":
			events.Candidate(candidateOf(candidate))
		}
	})
	return c, nil
}

func policy(configuration Configuration) string {
	if configuration.RelayOnly {
		return "relay"
	}
	return "all"
}

func iceServers(servers []ICEServer) []any {
	list := make([]any, len(servers))
	for i, server := range servers {
		urls := make([]any, len(server.URLs))
		for j, url := range server.URLs {
			urls[j] = url
		}
		entry := map[string]any{"urls": urls}
		if server.Username != "" {
			entry["username"], entry["credential"] = server.Username, server.Credential
		}
		list[i] = entry
	}
	return list
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

// call calls a method that returns a promise, and waits for it.
func (c *browserConnection) call(method string, arguments ...any) (js.Value, error) {
	return domjs.AwaitUnless(c.closed, func() js.Value { return c.pc.Call(method, arguments...) })
}

func (c *browserConnection) CreateOffer(restart bool) (Description, error) {
	return descriptionOf(domjs.AwaitUnless(c.closed, func() js.Value {
		if restart {
			c.pc.Call("restartIce")
		}
		return c.pc.Call("createOffer")
	}))
}

func (c *browserConnection) CreateAnswer() (Description, error) {
	return descriptionOf(c.call("createAnswer"))
}

func descriptionOf(value js.Value, err error) (Description, error) {
	if err != nil {
		return Description{}, err
	}
	return Description{Type: DescriptionType(value.Get("type").String()), SDP: value.Get("sdp").String()}, nil
}

func (c *browserConnection) SetLocalDescription(description Description) error {
	_, err := c.call("setLocalDescription", descriptionInit(description))
	return err
}

func (c *browserConnection) SetRemoteDescription(description Description) error {
	_, err := c.call("setRemoteDescription", descriptionInit(description))
	return err
}

func descriptionInit(description Description) map[string]any {
	return map[string]any{"type": string(description.Type), "sdp": description.SDP}
}

func (c *browserConnection) AddICECandidate(candidate Candidate) error {
	init := map[string]any{"candidate": candidate.Candidate}
	if candidate.SDPMid != nil {
		init["sdpMid"] = *candidate.SDPMid
	}
	if candidate.SDPMLineIndex != nil {
		init["sdpMLineIndex"] = min(*candidate.SDPMLineIndex, 1<<16-1) // an unsigned short, says W3C
	}
	if candidate.UsernameFragment != nil {
		init["usernameFragment"] = *candidate.UsernameFragment
	}
	_, err := c.call("addIceCandidate", init)
	return err
}

func (c *browserConnection) Rollback() error {
	_, err := c.call("setLocalDescription", map[string]any{"type": "rollback"})
	return err
}

func (c *browserConnection) SetConfiguration(configuration Configuration) {
	var err error
	defer domjs.Catch(&err)
	current := c.pc.Call("getConfiguration")
	current.Set("iceServers", iceServers(configuration.Servers))
	current.Set("iceTransportPolicy", policy(configuration))
	c.pc.Call("setConfiguration", current)
}

func (c *browserConnection) LocalSDP() string { return c.sdp("localDescription") }

func (c *browserConnection) CurrentSDP() (local, remote string) {
	return c.sdp("currentLocalDescription"), c.sdp("currentRemoteDescription")
}

func (c *browserConnection) sdp(name string) string {
	if description := c.pc.Get(name); description.Truthy() {
		return description.Get("sdp").String()
	}
	return ""
}

func (c *browserConnection) SignalingState() SignalingState {
	return SignalingState(c.pc.Get("signalingState").String())
}

func (c *browserConnection) ICEState() ICEState {
	return ICEState(c.pc.Get("iceConnectionState").String())
}

func (c *browserConnection) State() State { return State(c.pc.Get("connectionState").String()) }

func (c *browserConnection) Platform() any { return c.pc }

// EndWithPage closes the connection, because that waits for the thread that sends
// in Chromium. Otherwise the process may end before the thread runs.
func (c *browserConnection) EndWithPage() { c.close() }

func (c *browserConnection) Close() {
	c.listeners.Release()
	c.close()
}
