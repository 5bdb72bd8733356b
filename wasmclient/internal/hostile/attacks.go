//go:build !js

package hostile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pion/webrtc/v4"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// An Attack is what a peer does again and again. Turns count from zero.
type Attack struct {
	Name string
	Turn func(p *Peer, turn int)
}

// Signals are attacks through the server. They may come before a chat opens, or
// during it.
func Signals() []Attack {
	return []Attack{
		{"candidate flood", candidateFlood},
		{"foreign addresses", foreignAddresses},
		{"offer storm", offerStorm},
		{"restart storm", restartStorm},
		{"huge description", hugeDescription},
		{"renegotiate storm", renegotiateStorm},
	}
}

// Messages are attacks over the chat channel, after Connect.
func Messages() []Attack {
	return []Attack{
		{"garbage", garbage},
		{"oversized messages", func(p *Peer, turn int) {
			p.Write(bytes.Repeat([]byte{0x0a}, [3]int{64<<10 + 1, 128 << 10, largestMessage}[turn%3]))
		}},
		{"unknown content", func(p *Peer, turn int) {
			p.Write([]byte{0xfa, 0x3f, byte(turn % 100)}) // field 1023, cut short
			p.Write([]byte{0xfa, 0x3f, 2, 8, 1})
		}},
		{"deep nesting", func(p *Peer, _ int) {
			p.Write(bytes.Repeat([]byte{0xfb, 0x3f}, 30_000)) // groups in groups of field 1023
		}},
		{"ping flood", func(p *Peer, _ int) { p.Ping() }},
		{"presence flood", func(p *Peer, turn int) {
			p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: turn%2 == 0}}}))
		}},
		{"short texts", func(p *Peer, turn int) { p.Say(fmt.Sprint("text ", turn)) }},
		{"long texts", func(p *Peer, _ int) { p.Say(strings.Repeat("long ", 12_000)) }},
	}
}

func candidateFlood(p *Peer, turn int) {
	if turn == 0 && p.connection == nil {
		p.Send(p.Describe())
	}
	var many []*signalingv1.Signal
	for range 100 {
		many = append(many, p.candidate())
	}
	p.Send(many...)
}

// foreignAddresses names one stranger again and again, at as many ports.
func foreignAddresses(p *Peer, turn int) {
	if turn == 0 && p.connection == nil {
		p.Send(p.Describe())
	}
	address, _ := p.foreign(1)
	candidate := p.candidate()
	candidate.GetCandidate().Candidate = fmt.Sprintf("candidate:%d 1 udp 2130706431 %s %d typ host", p.made, address, 1024+p.made%60_000)
	p.Send(candidate)
}

func offerStorm(p *Peer, turn int) {
	p.offer = ""
	offer := p.Describe()
	offer.ConnectionId, offer.Epoch = fmt.Sprint("hostile", turn), uint32(turn+2)
	p.Send(offer)
}

func restartStorm(p *Peer, turn int) {
	p.offer = ""
	offer := p.Describe()
	offer.Epoch = uint32(turn + 2)
	p.Send(offer, p.candidate())
}

func hugeDescription(p *Peer, turn int) {
	offer := p.Describe()
	offer.Epoch = max(1, uint32(turn))
	var sdp strings.Builder
	sdp.WriteString(offer.GetDescription().GetSdp())
	for sdp.Len() < 15<<10 {
		sdp.WriteString("a=" + p.nextForeign() + "\r\n")
	}
	offer.GetDescription().Sdp = sdp.String()
	p.Send(offer)
}

func renegotiateStorm(p *Peer, _ int) {
	p.Send(&signalingv1.Signal{ConnectionId: "hostile", Epoch: 1 << 30, Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}})
}

// garbage sends bytes that are no envelope, and envelopes cut short.
func garbage(p *Peer, turn int) {
	text := envelope(&chatv1.Envelope{MessageId: "1", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: strings.Repeat("x", 300)}}})
	p.Write(text[:1+turn%(len(text)-1)])
	p.Write(bytes.Repeat([]byte{byte(turn)}, 1+turn%1000))
	p.Write([]byte{})
}

// Describe returns a description of a connection that never comes: an answer if
// the victim offered, and an offer otherwise.
func (p *Peer) Describe() *signalingv1.Signal {
	p.t.Helper()
	connection, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // it has no peer
	kind := signalingv1.SessionDescription_TYPE_OFFER
	var description webrtc.SessionDescription
	if p.offer != "" {
		kind = signalingv1.SessionDescription_TYPE_ANSWER
		if err := connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: p.offer}); err != nil {
			p.t.Fatal(err)
		}
		description, err = connection.CreateAnswer(nil)
	} else {
		if _, err := connection.CreateDataChannel("chat", negotiated(0)); err != nil {
			p.t.Fatal(err)
		}
		description, err = connection.CreateOffer(nil)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return describing(kind, description.SDP)
}
