//go:build !js

package rtc

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"
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

// Platform is pion with its default settings.
var Platform = Pion(func(*webrtc.SettingEngine) {})

// checks is how often a pair of candidates is checked, five times a second: the peer's
// side of it may know this side's candidates only seconds later. Pion gives up after
// seven. A stranger chooses the addresses that are checked, so there are no more.
const checks = 25

// How long a pair of candidates waits for a better one that needs a round trip or two
// more: one through NATs for one in the same network, and one of relays for a direct
// one. Pion chooses every 200 ms. Its half a second, second and two seconds are what
// people behind NATs would wait for.
const (
	directWait = 100 * time.Millisecond
	relayWait  = 190 * time.Millisecond
)

// Pion is pion with changed settings.
func Pion(change func(*webrtc.SettingEngine)) Engine {
	return func(configuration Configuration, events Events) (Connection, error) {
		settings := webrtc.SettingEngine{LoggerFactory: overheard{events.ServerError}}
		settings.SetSCTPMaxMessageSize(largestMessage)
		settings.SetSCTPRTOMax(longestRetransmission)
		// Two round trips less: the descriptions carry SCTP's INIT where both sides
		// know that (draft-hancke-tsvwg-snap), and DTLS need not verify an address
		// (RFC 9147, section 5.1) that ICE has authenticated.
		settings.EnableSctpSnap(true)
		settings.SetDTLSInsecureSkipHelloVerify(true)
		settings.SetICEMaxBindingRequests(checks)
		settings.SetSrflxAcceptanceMinWait(directWait)
		settings.SetPrflxAcceptanceMinWait(directWait)
		settings.SetRelayAcceptanceMinWait(relayWait)
		if configuration.RelayOnly {
			settings.SetRelayAcceptanceMinWait(0)
		}
		dialing, stopDialing := context.WithCancel(context.Background())
		network, err := stdnet.NewNet()
		if err != nil {
			stopDialing()
			return nil, err
		}
		settings.SetNet(endableNet{network, dialing})
		change(&settings)
		pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(pionConfiguration(configuration))
		if err != nil {
			stopDialing()
			return nil, err
		}
		pc.OnICECandidate(func(candidate *webrtc.ICECandidate) { events.Candidate(candidateOf(candidate)) })
		c := &pionConnection{pc: pc, stopDialing: stopDialing, trace: events.Trace}
		pc.OnConnectionStateChange(func(now webrtc.PeerConnectionState) {
			c.connectionChanged(now)
			events.State()
		})
		if c.trace != nil {
			c.traceStates()
		}
		return c, nil
	}
}

func pionConfiguration(from Configuration) webrtc.Configuration {
	var configuration webrtc.Configuration
	if from.RelayOnly {
		configuration.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	for _, server := range from.Servers {
		entry := webrtc.ICEServer{URLs: server.URLs, Username: server.Username}
		if server.Credential != "" {
			entry.Credential = server.Credential
		}
		configuration.ICEServers = append(configuration.ICEServers, entry)
	}
	return configuration
}

func candidateOf(candidate *webrtc.ICECandidate) *Candidate {
	if candidate == nil {
		return nil
	}
	init := candidate.ToJSON()
	line := uint32(*init.SDPMLineIndex)
	mid := init.SDPMid
	if *mid == "" {
		mid = nil // browsers would look for a media section with an empty name
	}
	return &Candidate{Candidate: init.Candidate, SDPMid: mid, SDPMLineIndex: &line}
}

type pionConnection struct {
	pc          *webrtc.PeerConnection
	stopDialing context.CancelFunc
	trace       func(kind, state string) // nil: off
	traced      tracedStates
}

func (c *pionConnection) CreateOffer(restart bool) (Description, error) {
	return descriptionOf(c.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart}))
}

func (c *pionConnection) CreateAnswer() (Description, error) {
	return descriptionOf(c.pc.CreateAnswer(nil))
}

func descriptionOf(description webrtc.SessionDescription, err error) (Description, error) {
	return Description{Type: DescriptionType(description.Type.String()), SDP: description.SDP}, err
}

func (c *pionConnection) SetLocalDescription(description Description) error {
	defer c.signalingChanged()
	return c.pc.SetLocalDescription(pionDescription(description))
}

func (c *pionConnection) SetRemoteDescription(description Description) error {
	defer c.signalingChanged()
	return c.pc.SetRemoteDescription(pionDescription(description))
}

func pionDescription(description Description) webrtc.SessionDescription {
	return webrtc.SessionDescription{Type: webrtc.NewSDPType(string(description.Type)), SDP: description.SDP}
}

func (c *pionConnection) AddICECandidate(candidate Candidate) error {
	init := webrtc.ICECandidateInit{Candidate: candidate.Candidate, SDPMid: candidate.SDPMid, UsernameFragment: candidate.UsernameFragment}
	if candidate.SDPMLineIndex != nil {
		line := uint16(min(*candidate.SDPMLineIndex, 1<<16-1))
		init.SDPMLineIndex = &line
	}
	return c.pc.AddICECandidate(init)
}

// Rollback applies the peer's last description as an answer, because pion cannot
// roll back. The ICE credentials stay those of before; the peer's next offer
// replaces them.
func (c *pionConnection) Rollback() error {
	answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer}
	if remote := c.pc.CurrentRemoteDescription(); remote != nil {
		answer.SDP = remote.SDP
	}
	defer c.signalingChanged()
	return c.pc.SetRemoteDescription(answer)
}

func (c *pionConnection) SetConfiguration(configuration Configuration) {
	_ = c.pc.SetConfiguration(pionConfiguration(configuration))
}

func (c *pionConnection) LocalSDP() string {
	if description := c.pc.LocalDescription(); description != nil {
		return description.SDP
	}
	return ""
}

func (c *pionConnection) CurrentSDP() (local, remote string) {
	if description := c.pc.CurrentLocalDescription(); description != nil {
		local = description.SDP
	}
	if description := c.pc.CurrentRemoteDescription(); description != nil {
		remote = description.SDP
	}
	return local, remote
}

func (c *pionConnection) SignalingState() SignalingState {
	return SignalingState(c.pc.SignalingState().String())
}

func (c *pionConnection) ICEState() ICEState { return ICEState(c.pc.ICEConnectionState().String()) }

func (c *pionConnection) State() State { return State(c.pc.ConnectionState().String()) }

func (c *pionConnection) Stats() Stats {
	transport := c.pc.SCTP().Transport().ICETransport()
	pair, err := transport.GetSelectedCandidatePair()
	measured, known := transport.GetSelectedCandidatePairStats()
	if err != nil || pair == nil || pair.Local == nil || pair.Remote == nil {
		return Stats{}
	}
	stats := Stats{Local: pair.Local.Typ.String(), Remote: pair.Remote.Typ.String()}
	if known {
		stats.RoundTrip = time.Duration(measured.CurrentRoundTripTime * float64(time.Second))
		stats.BytesSent, stats.BytesReceived = measured.BytesSent, measured.BytesReceived
	}
	return stats
}

func (c *pionConnection) Platform() any { return c.pc }

func (*pionConnection) EndWithPage() {}

// Close waits for what the connection does. Only dialling could take long.
func (c *pionConnection) Close() {
	c.stopDialing()
	_ = c.pc.GracefulClose()
}

// endableNet is the network of this machine, on which dialling ends with a context: to a
// server that a firewall hides, the system tries for two minutes.
type endableNet struct {
	*stdnet.Net
	dialing context.Context
}

// DialTCP implements transport.Net.
func (n endableNet) DialTCP(network string, local, remote *net.TCPAddr) (transport.TCPConn, error) {
	dialer := net.Dialer{}
	if local != nil {
		dialer.LocalAddr = local
	}
	connection, err := dialer.DialContext(n.dialing, network, remote.String())
	if err != nil {
		return nil, err
	}
	return connection.(*net.TCPConn), nil //nolint:forcetypeassert // of a TCP network
}

func (c *pionConnection) NewChannel(label string, id uint16, events ChannelEvents) (Channel, error) {
	negotiated := true
	dc, err := c.pc.CreateDataChannel(label, &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	if err != nil {
		return nil, err
	}
	dc.OnOpen(func() {
		c.sctpChanged()
		events.Opened()
	})
	dc.OnClose(sync.OnceFunc(events.Closed))
	dc.OnBufferedAmountLow(events.Drained)
	dc.OnMessage(func(message webrtc.DataChannelMessage) { events.Message(message.Data) })
	return pionChannel{dc}, nil
}

type pionChannel struct{ *webrtc.DataChannel }

func (c pionChannel) Close() { _ = c.DataChannel.Close() }

// StopMessages implements Channel. Messages cost little here until the channel is closed.
func (pionChannel) StopMessages() {}

func (pionChannel) Release() {}

// overheard drops pion's logs, because they contain addresses and descriptions, but for
// the errors with which TURN servers answer: pion tells them nowhere else.
type overheard struct{ serverError func(code int) }

func (o overheard) NewLogger(string) logging.LeveledLogger { return &overheardLogger{overheard: o} }

type overheardLogger struct {
	logging.DefaultLeveledLogger
	overheard
}

func (l *overheardLogger) Warnf(_ string, arguments ...any) {
	for _, argument := range arguments {
		var answered *stun.TurnError
		if err, is := argument.(error); is && errors.As(err, &answered) {
			l.serverError(int(answered.ErrorCodeAttr.Code))
		}
	}
}
