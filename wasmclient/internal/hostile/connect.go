//go:build !js

package hostile

import (
	"errors"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

// largestMessage is the largest message that is sent: as much as the SDK and
// browsers say they take.
const largestMessage = 256 << 10

// said is what the victim has said over the chat channel.
type said struct {
	mu    sync.Mutex // guards the following fields
	bye   bool
	pongs int
}

// Connect opens a chat with the victim, over a path on this machine.
func (p *Peer) Connect() {
	p.t.Helper()
	p.socket, p.opened = faultkit.NewSocket(p.t), make(chan struct{})
	settings := webrtc.SettingEngine{LoggerFactory: silent{}}
	use, stop := p.socket.Engine()
	use(&settings)
	settings.SetSCTPMaxMessageSize(largestMessage)
	var err error
	p.connection, err = webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		p.t.Fatalf("the hostile peer: %v", err)
	}
	p.t.Cleanup(func() {
		_ = p.connection.GracefulClose()
		stop()
	})
	p.chat, err = p.connection.CreateDataChannel("chat", negotiated(0))
	_, err2 := p.connection.CreateDataChannel("bulk", negotiated(1))
	p.chat.OnOpen(func() { close(p.opened) })
	p.chat.OnMessage(func(message webrtc.DataChannelMessage) { p.said.hear(message.Data) })
	if err := errors.Join(err, err2, p.negotiate()); err != nil {
		p.t.Fatalf("the hostile peer: connect: %v", err)
	}
	p.waitOpen()
	if _, err := p.client.ReportOutcome(p.ctx, &signalingv1.ReportOutcomeRequest{
		PeerId: p.victim, ConnectionId: "hostile", Epoch: 1,
		Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{}},
	}); err != nil {
		p.t.Fatalf("the hostile peer: report: %v", err)
	}
}

// negotiate exchanges descriptions, with all candidates in this side's.
func (p *Peer) negotiate() error {
	if p.offer != "" {
		if err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: p.offer}); err != nil {
			return err
		}
		answer, err := p.connection.CreateAnswer(nil)
		return errors.Join(err, p.describe(answer, signalingv1.SessionDescription_TYPE_ANSWER))
	}
	offer, err := p.connection.CreateOffer(nil)
	if err := errors.Join(err, p.describe(offer, signalingv1.SessionDescription_TYPE_OFFER)); err != nil {
		return err
	}
	answer := p.await(signalingv1.SessionDescription_TYPE_ANSWER)
	return p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.GetSdp()})
}

func (p *Peer) describe(description webrtc.SessionDescription, kind signalingv1.SessionDescription_Type) error {
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(description); err != nil {
		return err
	}
	<-gathered
	p.Send(describing(kind, p.connection.LocalDescription().SDP))
	return nil
}

// waitOpen adds the victim's candidates until the chat is open.
func (p *Peer) waitOpen() {
	p.t.Helper()
	timeout := time.After(Patience)
	for {
		select {
		case <-p.opened:
			return
		case signal := <-p.received:
			p.add(signal)
		case <-timeout:
			p.t.Fatalf("the hostile peer: the chat does not open: %v", p.connection.ConnectionState())
		}
	}
}

// add uses a candidate of the victim, if the connection can.
func (p *Peer) add(signal *signalingv1.Signal) {
	if candidate := signal.GetCandidate().GetCandidate(); candidate != "" && p.connection != nil && p.connection.RemoteDescription() != nil {
		line := uint16(0)
		_ = p.connection.AddICECandidate(webrtc.ICECandidateInit{Candidate: candidate, SDPMLineIndex: &line})
	}
}

func describing(kind signalingv1.SessionDescription_Type, sdp string) *signalingv1.Signal {
	return &signalingv1.Signal{ConnectionId: "hostile", Epoch: 1, Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{Type: kind, Sdp: sdp},
	}}
}

// Write sends a message over the chat channel, once there is room. It reports
// whether the channel took it.
func (p *Peer) Write(message []byte) bool {
	const most = 64 << 10 // pion needs hundreds of bytes more for each message
	for p.chat.BufferedAmount() > most && p.chat.ReadyState() == webrtc.DataChannelStateOpen {
		time.Sleep(time.Millisecond) // pion tells only when the buffer falls below a mark
	}
	if err := p.chat.Send(message); err != nil {
		time.Sleep(time.Millisecond) // the chat is over, and an attack knows no end
		return false
	}
	return true
}

// Say sends a text.
func (p *Peer) Say(text string) bool {
	return p.Write(envelope(&chatv1.Envelope{MessageId: "1", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: text}}}))
}

// Ping shows the victim that this peer knows pings.
func (p *Peer) Ping() bool {
	return p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Ping{Ping: &chatv1.Ping{Nonce: 1}}}))
}

// Bye says that this peer leaves, which need not be true.
func (p *Peer) Bye() bool {
	return p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: chatv1.Bye_REASON_STOPPED}}}))
}

// Hide says that this peer's page is hidden.
func (p *Peer) Hide() bool {
	return p.Write(envelope(&chatv1.Envelope{Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: true}}}))
}

// Vanish drops all packets from now on, both ways.
func (p *Peer) Vanish() { p.socket.Cut() }

// Rejoin opens another stream of the room, if there is one, and offers a new
// connection.
func (p *Peer) Rejoin(attempt uint32) {
	p.t.Helper()
	p.join(attempt)
	p.offer = ""
	offer := p.Describe()
	offer.ConnectionId, offer.Epoch = "again", 100
	p.Send(offer)
}

// HeardBye reports whether the victim has said goodbye.
func (p *Peer) HeardBye() bool {
	p.said.mu.Lock()
	defer p.said.mu.Unlock()
	return p.said.bye
}

// Pongs returns how often the victim has answered a ping.
func (p *Peer) Pongs() int {
	p.said.mu.Lock()
	defer p.said.mu.Unlock()
	return p.said.pongs
}

func (s *said) hear(data []byte) {
	var heard chatv1.Envelope
	if proto.Unmarshal(data, &heard) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch heard.GetContent().(type) {
	case *chatv1.Envelope_Bye:
		s.bye = true
	case *chatv1.Envelope_Pong:
		s.pongs++
	}
}

func envelope(content *chatv1.Envelope) []byte {
	data, err := proto.Marshal(content)
	if err != nil {
		panic(err) // the tests' own texts are UTF-8
	}
	return data
}

func negotiated(id uint16) *webrtc.DataChannelInit {
	yes := true
	return &webrtc.DataChannelInit{Negotiated: &yes, ID: &id}
}

// silent drops pion's logs: attacks are expected to fail.
type silent struct{}

func (silent) NewLogger(string) logging.LeveledLogger { return &logging.DefaultLeveledLogger{} }
