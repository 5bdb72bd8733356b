//go:build !js

package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/pion/webrtc/v4"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// An Attack is what a peer does again and again.
type Attack struct {
	Name string
	turn func(p *Peer, turn uint32) // turns count from zero
}

// Start attacks in the background, as fast as the server and the victim take
// it, until stop is called. Meanwhile other goroutines may only write messages.
func (a Attack) Start(p *Peer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var attacking sync.WaitGroup
	attacking.Go(func() {
		for turn := uint32(0); ctx.Err() == nil; turn++ {
			a.turn(p, turn)
		}
	})
	return func() {
		cancel()
		attacking.Wait()
	}
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
		{"oversized messages", func(p *Peer, turn uint32) {
			p.Write(bytes.Repeat([]byte{0x0a}, [3]int{64<<10 + 1, 128 << 10, largestMessage}[turn%3]))
		}},
		{"unknown content", func(p *Peer, _ uint32) {
			p.Write([]byte{0xfa, 0x3f, 100}) // field 1023, cut short
			p.Write([]byte{0xfa, 0x3f, 2, 8, 1})
		}},
		{"deep nesting", func(p *Peer, turn uint32) {
			groups := bytes.Repeat([]byte{0xfb, 0x3f}, 30_000) // groups in groups of field 1023
			if turn%2 == 1 {
				groups = append([]byte{0x12, 0xe0, 0xd4, 3}, groups...) // in a text of 60,000 bytes
			}
			p.Write(groups)
		}},
		{"ping flood", func(p *Peer, _ uint32) { p.Ping() }},
		{"presence flood", func(p *Peer, turn uint32) {
			p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: turn%2 == 0}}}))
		}},
		{"short texts", func(p *Peer, turn uint32) { p.Say(fmt.Sprint("text ", turn)) }},
		{"short texts beyond credit", func(p *Peer, turn uint32) {
			if turn == 0 {
				p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Credit{Credit: &chatv1.Credit{ChatBytes: 1 << 40}}}))
			}
			p.Say(fmt.Sprint("text ", turn))
		}},
		{"credit flood", func(p *Peer, turn uint32) {
			p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Credit{Credit: &chatv1.Credit{ChatBytes: uint64(turn)}}}))
		}},
		{"long texts", func(p *Peer, _ uint32) { p.Say(strings.Repeat("long ", 12_000)) }},
	}
}

func candidateFlood(p *Peer, turn uint32) {
	if turn == 0 && p.connection == nil {
		p.Send(p.Describe())
	}
	var many []*signalingv1.Signal
	for range 100 {
		many = append(many, p.candidate())
	}
	p.Send(many...)
}

// foreignAddresses names addresses of all kinds: a stranger's, over UDP and TCP,
// and those at which no peer can be.
func foreignAddresses(p *Peer, turn uint32) {
	if turn == 0 && p.connection == nil {
		p.Send(p.Describe())
	}
	candidate := p.candidate()
	address, port := p.foreign(p.made)
	candidate.GetCandidate().Candidate = fmt.Sprintf("candidate:%d 1 ", p.made) + [...]string{
		fmt.Sprintf("udp 2130706431 %s %d typ host", address, port),
		fmt.Sprintf("udp 1677729535 %s %d typ srflx raddr 192.0.2.1 rport 9", address, port),
		fmt.Sprintf("tcp 1518280447 %s %d typ host tcptype passive", address, port),
		"udp 2130706431 224.0.0.251 5353 typ host",
		"udp 2130706431 255.255.255.255 9 typ host",
		"udp 2130706431 169.254.169.254 80 typ host",
		"udp 2130706431 0.0.0.0 9 typ host",
		"udp 2130706431 fe80::1 9 typ host",
	}[turn%8]
	p.Send(candidate)
}

func offerStorm(p *Peer, turn uint32) {
	p.offer = ""
	offer := p.Describe()
	offer.ConnectionId, offer.Epoch = fmt.Sprint("hostile", turn), turn+2
	p.Send(offer)
}

func restartStorm(p *Peer, turn uint32) {
	p.offer = ""
	offer := p.Describe()
	offer.Epoch = turn + 2
	p.Send(offer, p.candidate())
}

func hugeDescription(p *Peer, turn uint32) {
	offer := p.Describe()
	offer.Epoch = max(1, turn)
	var sdp strings.Builder
	sdp.WriteString(offer.GetDescription().GetSdp())
	for sdp.Len() < 15<<10 {
		sdp.WriteString("a=" + p.nextForeign() + "\r\n")
	}
	offer.GetDescription().Sdp = sdp.String()
	p.Send(offer)
}

func renegotiateStorm(p *Peer, _ uint32) {
	p.Send(&signalingv1.Signal{ConnectionId: "hostile", Epoch: 1 << 30, Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}})
}

// garbage sends bytes that are no envelope, and envelopes cut short.
func garbage(p *Peer, turn uint32) {
	text := envelope(&chatv1.Envelope{MessageId: "1", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: strings.Repeat("x", 300)}}})
	p.Write(text[:1+int(turn)%(len(text)-1)])
	p.Write(bytes.Repeat([]byte{"\x00\x0a\x12\x7f\x80\xff"[turn%6]}, 1+int(turn)%1000))
	p.Write([]byte{})
}

// Describe returns a description of a connection that never comes: an answer if
// the victim offered, and an offer otherwise.
func (p *Peer) Describe() *signalingv1.Signal {
	kind, sdp, err := describeNothing(p.offer)
	if err != nil {
		p.t.Errorf("the hostile peer: describe a connection: %v", err)
	}
	return describing(kind, sdp)
}

func describeNothing(offer string) (kind signalingv1.SessionDescription_Type, sdp string, err error) {
	connection, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return kind, "", err
	}
	defer connection.Close() //nolint:errcheck // it has no peer
	if offer != "" {
		if err := connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
			return kind, "", err
		}
		answer, err := connection.CreateAnswer(nil)
		return signalingv1.SessionDescription_TYPE_ANSWER, answer.SDP, err
	}
	_, err = connection.CreateDataChannel("chat", negotiated(0))
	made, err2 := connection.CreateOffer(nil)
	return signalingv1.SessionDescription_TYPE_OFFER, made.SDP, errors.Join(err, err2)
}
