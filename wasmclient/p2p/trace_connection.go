package p2p

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/bucket"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Bounds of the messages of a peer that are traced on each channel, so that a hostile one
// cannot flood whoever shows them.
const (
	tracedAtOnce = 64
	tracedEvery  = time.Second / 8
)

func (t *tracing) engine(engine rtc.Engine, c *connection) rtc.Engine {
	return func(ways rtc.Configuration, events rtc.Events) (rtc.Connection, error) {
		candidate := events.Candidate
		events.Candidate = func(found *rtc.Candidate) {
			if found != nil {
				c.step(Trace{Kind: TraceLocalCandidate, Candidate: found.Candidate}, nil)
			} else {
				c.step(Trace{Kind: TraceLocalCandidatesEnd}, nil)
			}
			candidate(found)
		}
		events.Trace = func(kind, state string) { c.step(Trace{Kind: TraceKind(kind), State: state}, nil) }
		made, err := engine(ways, events)
		if err != nil {
			return nil, err
		}
		c.step(Trace{Kind: TraceConnectionCreated}, nil)
		return tracedConnection{made, c}, nil
	}
}

// tracedConnection traces what is done with a connection.
type tracedConnection struct {
	rtc.Connection
	about *connection
}

func (t tracedConnection) CreateOffer(restart bool) (rtc.Description, error) {
	if restart {
		t.about.step(Trace{Kind: TraceRestart}, nil)
	}
	return t.Connection.CreateOffer(restart)
}

func (t tracedConnection) SetLocalDescription(description rtc.Description) error {
	t.about.step(Trace{Kind: TraceLocalDescription, State: string(description.Type), SDP: description.SDP}, nil)
	return t.Connection.SetLocalDescription(description)
}

func (t tracedConnection) NewChannel(label string, id uint16, events rtc.ChannelEvents) (rtc.Channel, error) {
	opened, message := events.Opened, events.Message
	events.Opened = func() {
		t.about.step(Trace{Kind: TraceChannelOpen, State: label}, nil)
		opened()
	}
	allowed := bucket.New(tracedEvery, tracedAtOnce)
	events.Message = func(data []byte) {
		if controls(data) && allowed.Allow() {
			t.about.messageStep("received", data)
		}
		message(data)
	}
	made, err := t.Connection.NewChannel(label, id, events)
	return tracedChannel{made, t.about}, err
}

// tracedChannel traces what this side sends.
type tracedChannel struct {
	rtc.Channel
	about *connection
}

func (t tracedChannel) Send(data []byte) error {
	err := t.Channel.Send(data)
	if err == nil && controls(data) {
		t.about.messageStep("sent", data)
	}
	return err
}

func (c *connection) messageStep(state string, data []byte) {
	c.step(Trace{Kind: TracePeerMessage, State: state, Type: "wasmp2pchat.chat.v1.Envelope"}, data)
}

// controls reports whether a message is a Proof, a Bye, a Credit or a Presence: nothing
// that people write.
func controls(data []byte) bool {
	var kind contentKind
	if len(data) > largestEnvelope || lite.Unmarshal(data, &kind) != nil {
		return false
	}
	switch kind {
	case presenceContent, byeContent, creditContent, proofContent:
		return true
	default:
		return false
	}
}

// contentKind is the number of the field of an Envelope that counts: the last one of its
// oneof.
type contentKind int

// The numbers of some fields, and the last one, of chat.v1.Envelope.
const (
	presenceContent contentKind = 5
	byeContent      contentKind = 11
	creditContent   contentKind = 13
	proofContent    contentKind = 16
)

// Fields implements [lite.Message], only to decode.
func (k *contentKind) Fields(c *lite.Codec) {
	const first, last = 2, int(proofContent)
	for number := first; number <= last; number++ {
		if c.Has(number, false) {
			*k = contentKind(number)
		}
	}
}
