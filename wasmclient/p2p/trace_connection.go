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

func (t *tracing) events(c *connection, events rtc.Events) rtc.Events {
	candidate := events.Candidate
	events.Candidate = func(found *rtc.Candidate) {
		t.step(c.candidateStep(found))
		candidate(found)
	}
	events.Trace = func(kind, state string) { t.step(c.newStep(TraceKind(kind), state)) }
	return events
}

// candidateStep returns the step of a candidate of this side; nil: there are no more.
func (c *connection) candidateStep(found *rtc.Candidate) *Trace {
	if found == nil {
		return c.newStep(TraceLocalCandidatesEnd, "")
	}
	step := c.newStep(TraceLocalCandidate, candidateType(found.Candidate))
	step.Candidate = found.Candidate
	return step
}

func (t *tracing) description(c *connection, description rtc.Description) {
	step := c.newStep(TraceLocalDescription, string(description.Type))
	step.SDP = description.SDP
	t.step(step)
}

func (t *tracing) channels(c *connection) newChannelFunc {
	return func(label string, id uint16, events rtc.ChannelEvents) (rtc.Channel, error) {
		opened, message := events.Opened, events.Message
		events.Opened = func() {
			t.step(c.newStep(TraceChannelOpen, label))
			opened()
		}
		allowed := bucket.New(tracedEvery, tracedAtOnce)
		events.Message = func(data []byte) {
			if controls(data) && allowed.Allow() {
				t.message(c, "received", data)
			}
			message(data)
		}
		made, err := c.pc.NewChannel(label, id, events)
		return &tracedChannel{made, t, c}, err
	}
}

// tracedChannel traces what this side sends.
type tracedChannel struct {
	rtc.Channel
	tracing *tracing
	of      *connection
}

func (c *tracedChannel) Send(data []byte) error {
	err := c.Channel.Send(data)
	if err == nil && controls(data) {
		c.tracing.message(c.of, "sent", data)
	}
	return err
}

func (t *tracing) message(c *connection, state string, data []byte) {
	step := c.newStep(TracePeerMessage, state)
	step.Type = "wasmp2pchat.chat.v1.Envelope"
	t.tell(step, data)
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
