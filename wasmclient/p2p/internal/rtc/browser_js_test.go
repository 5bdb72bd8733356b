package rtc

import (
	"errors"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// fakeBrowser is an RTCPeerConnection that does what a test tells it.
const fakeBrowser = `(class extends EventTarget {
	constructor(configuration) {
		super();
		globalThis.fake = this;
		this.watched = [];
		this.configuration = configuration;
		this.connectionState = "new";
		this.restarts = 0;
	}
	addEventListener(name, listener) { this.watched.push(name); super.addEventListener(name, listener); }
	restartIce() { this.restarts++; }
	async createOffer() { return {type: "offer", sdp: "offer " + this.restarts}; }
	createAnswer() { return new Promise(() => {}); } // as browsers do when closed
	async setLocalDescription(description) { this.local = description; }
	async setRemoteDescription() { throw new Error("bad description"); }
	async addIceCandidate(candidate) { this.candidate = candidate; }
	async getStats() { return new Map(this.stats); }
	getConfiguration() { return {...this.configuration, bundlePolicy: "balanced"}; }
	setConfiguration(configuration) { this.configuration = configuration; }
	close() { this.connectionState = "closed"; }
})`

func connect(t *testing.T, events Events) (*browserConnection, js.Value) {
	t.Helper()
	js.Global().Set("RTCPeerConnection", js.Global().Call("eval", fakeBrowser))
	made, err := Platform(Configuration{Servers: []ICEServer{{URLs: []string{"turn:x"}, Username: "u", Credential: "c"}, {URLs: []string{"stun:y"}}}}, events)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made.(*browserConnection), js.Global().Get("fake")
}

func wantJSON(t *testing.T, value js.Value, want string) {
	t.Helper()
	order := []any{"iceServers", "urls", "username", "credential", "bundlePolicy", "iceTransportPolicy", "type"}
	if got := js.Global().Get("JSON").Call("stringify", value, order).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNegotiation(t *testing.T) {
	c, fake := connect(t, Events{})
	wantJSON(t, fake.Get("configuration"), `{"iceServers":[{"urls":["turn:x"],"username":"u","credential":"c"},{"urls":["stun:y"]}],"iceTransportPolicy":"all"}`)
	if offer, err := c.CreateOffer(false); err != nil || offer != (Description{TypeOffer, "offer 0"}) {
		t.Errorf("CreateOffer: %v, %v", offer, err)
	}
	if offer, err := c.CreateOffer(true); err != nil || offer.SDP != "offer 1" {
		t.Errorf("CreateOffer for a restart: %v, %v", offer, err)
	}
	if err := c.Rollback(); err != nil {
		t.Errorf("Rollback: %v", err)
	}
	wantJSON(t, fake.Get("local"), `{"type":"rollback"}`)
	if err := c.SetRemoteDescription(Description{TypeAnswer, "x"}); err == nil || !strings.Contains(err.Error(), "bad description") {
		t.Errorf("SetRemoteDescription: %v, want the browser's error", err)
	}
	line, mid := uint32(1<<16), "0"
	if err := c.AddICECandidate(Candidate{Candidate: "candidate:1", SDPMid: &mid, SDPMLineIndex: &line}); err != nil {
		t.Errorf("AddICECandidate: %v", err)
	}
	if got := fake.Get("candidate"); got.Get("candidate").String() != "candidate:1" || got.Get("sdpMid").String() != "0" || got.Get("sdpMLineIndex").Int() != 1<<16-1 || !got.Get("usernameFragment").IsUndefined() {
		t.Error("the candidate has changed")
	}
	c.SetConfiguration(Configuration{Servers: []ICEServer{{URLs: []string{"stun:z"}}}, RelayOnly: true})
	wantJSON(t, fake.Get("configuration"), `{"iceServers":[{"urls":["stun:z"]}],"bundlePolicy":"balanced","iceTransportPolicy":"relay"}`)
}

// A browser does not settle the promises of a connection that is closed.
func TestCloseEndsWhatWaitsForTheBrowser(t *testing.T) {
	c, _ := connect(t, Events{})
	answered := make(chan error)
	go func() {
		_, err := c.CreateAnswer()
		answered <- err
	}()
	<-time.After(10 * time.Millisecond) // the call is under way then; if it is not, it ends all the same
	c.Close()
	if err := <-answered; !errors.Is(err, domjs.ErrAbandoned) {
		t.Errorf("CreateAnswer: %v, want that it ends", err)
	}
}

func TestEvents(t *testing.T) {
	var candidates []*Candidate
	var codes []int
	states := 0
	c, fake := connect(t, Events{
		Candidate:   func(candidate *Candidate) { candidates = append(candidates, candidate) },
		ServerError: func(code int) { codes = append(codes, code) },
		State:       func() { states++ },
	})
	dispatch := func(event string) {
		fake.Call("dispatchEvent", js.Global().Call("eval", event))
	}
	dispatch(`Object.assign(new Event("icecandidate"), {candidate: {candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "f"}})`)
	dispatch(`Object.assign(new Event("icecandidate"), {candidate: {candidate: ""}})`) // Firefox, before the end
	dispatch(`Object.assign(new Event("icecandidate"), {candidate: null})`)
	dispatch(`new Event("connectionstatechange")`)
	dispatch(`Object.assign(new Event("icecandidateerror"), {errorCode: 701})`)
	dispatch(`new Event("icecandidateerror")`)
	c.Close()
	dispatch(`new Event("connectionstatechange")`)
	if len(candidates) != 2 || candidates[0].Candidate != "candidate:1" || *candidates[0].SDPMid != "0" || *candidates[0].SDPMLineIndex != 0 || *candidates[0].UsernameFragment != "f" || candidates[1] != nil {
		t.Errorf("candidates %+v, want one and the end", candidates)
	}
	if len(codes) != 1 || codes[0] != ServerUnreachable {
		t.Errorf("errors of servers: %d, want one", codes)
	}
	if states != 1 || c.State() != StateClosed {
		t.Errorf("%d changes, state %s", states, c.State())
	}
}

// TestStats plays browsers that tell more or less.
func TestStats(t *testing.T) {
	const candidates = `["l", {type: "local-candidate", candidateType: "host"}], ["r", {type: "remote-candidate", candidateType: "relay"}]`
	const pair = `type: "candidate-pair", id: "p", localCandidateId: "l", remoteCandidateId: "r", bytesSent: 5, bytesReceived: 7`
	all := Stats{Local: "host", Remote: "relay", RoundTrip: 12 * time.Millisecond, BytesSent: 5, BytesReceived: 7}
	noRoundTrip := all
	noRoundTrip.RoundTrip = 0
	for name, test := range map[string]struct {
		report string
		want   Stats
	}{
		"Chromium": {`["o", {type: "candidate-pair", nominated: true}], ["p", {` + pair + `, currentRoundTripTime: 0.012}],
			["t", {type: "transport", selectedCandidatePairId: "p"}], ` + candidates, all},
		"Firefox":        {candidates + `, ["o", {type: "candidate-pair"}], ["p", {` + pair + `, selected: true}]`, noRoundTrip},
		"no pair yet":    {`["t", {type: "transport"}], ` + candidates, Stats{}},
		"nothing at all": {``, Stats{}},
	} {
		t.Run(name, func(t *testing.T) {
			c, fake := connect(t, Events{})
			fake.Set("stats", js.Global().Call("eval", "["+test.report+"]"))
			if got := c.Stats(); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestStatesAreTraced(t *testing.T) {
	var told []string
	c, _ := connect(t, Events{State: func() { told = append(told, "State") }, Trace: func(kind, state string) { told = append(told, kind+" "+state) }})
	run := func(script string) { js.Global().Call("eval", script) }
	run(`fake.iceGatheringState = "gathering"; fake.dispatchEvent(new Event("icegatheringstatechange"))`)
	run(`fake.sctp = Object.assign(new EventTarget(), {state: "connecting", transport: Object.assign(new EventTarget(), {state: "new"})})`)
	run(`fake.signalingState = "stable"; fake.dispatchEvent(new Event("signalingstatechange"))`)
	run(`fake.iceConnectionState = "checking"; fake.dispatchEvent(new Event("iceconnectionstatechange"))`)
	run(`fake.sctp.transport.state = "connected"; fake.sctp.transport.dispatchEvent(new Event("statechange"))`)
	run(`fake.connectionState = "connected"; fake.dispatchEvent(new Event("connectionstatechange"))`)
	run(`fake.sctp.state = "connected"; fake.sctp.dispatchEvent(new Event("statechange"))`)
	c.Close()
	run(`fake.sctp.dispatchEvent(new Event("statechange"))`)
	want := "gathering_state gathering, signaling_state stable, ice_state checking, " +
		"dtls_state connected, connection_state connected, State, sctp_state connected"
	if got := strings.Join(told, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestUntracedConnectionHasNoFurtherListeners counts what the browser has to tell.
func TestUntracedConnectionHasNoFurtherListeners(t *testing.T) {
	_, fake := connect(t, Events{})
	if got := fake.Get("watched").Call("join").String(); got != "connectionstatechange,icecandidateerror,icecandidate" {
		t.Errorf("listens to %s", got)
	}
}

func TestPairs(t *testing.T) {
	c, fake := connect(t, Events{})
	fake.Set("stats", js.Global().Call("eval", `[
		["a", {id: "a", type: "candidate-pair", state: "failed", localCandidateId: "h", remoteCandidateId: "m"}],
		["b", {id: "b", type: "candidate-pair", state: "succeeded", localCandidateId: "6", remoteCandidateId: "none", currentRoundTripTime: 0.5, bytesSent: 3, bytesReceived: 4}],
		["t", {id: "t", type: "transport", selectedCandidatePairId: "b"}],
		["h", {type: "local-candidate", candidateType: "host", address: null, port: 9, protocol: "tcp"}],
		["6", {type: "local-candidate", candidateType: "relay", address: "2001:db8::1", port: 5000, protocol: "udp"}],
		["m", {type: "remote-candidate", candidateType: "host", address: "x.local", port: 7, protocol: "udp"}],
	]`))
	got := c.Pairs()
	if len(got) != 2 {
		t.Fatalf("%d pairs, want 2", len(got))
	}
	if want := (Pair{
		Local: "[2001:db8::1]:5000/udp", LocalType: "relay", State: "succeeded", Selected: true, RTT: time.Second / 2, BytesSent: 3, BytesReceived: 4,
	}); *got[0] != want {
		t.Errorf("first %+v, want %+v", *got[0], want)
	}
	if want := (Pair{Local: ":9/tcp", Remote: "x.local:7/udp", LocalType: "host", RemoteType: "host", State: "failed"}); *got[1] != want {
		t.Errorf("second %+v, want %+v", *got[1], want)
	}
	fake.Set("stats", js.Global().Call("eval", `Array.from({length: 1000}, (_, i) => ["" + i, {id: "" + i, type: "candidate-pair", selected: i == 999}])`))
	if got := c.Pairs(); len(got) != mostPairs || !got[0].Selected {
		t.Errorf("%d pairs of 1000, the first one selected: %v", len(got), got[0].Selected)
	}
}
