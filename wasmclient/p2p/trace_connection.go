package p2p

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/bucket"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// Bounds of the messages that are traced on a channel, so that neither a hostile peer nor a
// fast transfer floods whoever shows them. Credits have a bound of their own.
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
		channel := &tracedChannel{
			tracing: t, of: c, credits: bucket.New(tracedEvery, tracedAtOnce), others: bucket.New(tracedEvery, tracedAtOnce),
		}
		opened, message := events.Opened, events.Message
		events.Opened = func() {
			t.step(c.newStep(TraceChannelOpen, label))
			opened()
		}
		events.Message = func(data []byte) {
			channel.trace("received", data)
			message(data)
		}
		made, err := c.pc.NewChannel(label, id, events)
		channel.Channel = made
		return channel, err
	}
}

// tracedChannel traces what the two sides send each other by themselves.
type tracedChannel struct {
	rtc.Channel
	tracing         *tracing
	of              *connection
	credits, others *bucket.Bucket
}

func (c *tracedChannel) Send(data []byte) error {
	err := c.Channel.Send(data)
	if err == nil {
		c.trace("sent", data)
	}
	return err
}

// trace traces a message, unless it is of those that people write, or there are too many.
func (c *tracedChannel) trace(state string, data []byte) {
	var kind contentKind
	if len(data) > largestEnvelope || lite.Unmarshal(data, &kind) != nil {
		return
	}
	allowed := c.others
	switch kind {
	case creditContent:
		allowed = c.credits
	case presenceContent, byeContent, proofContent, inviteProofContent:
	default:
		return
	}
	if allowed.Allow() {
		step := c.of.newStep(TracePeerMessage, state)
		step.Type = "wasmp2pchat.chat.v1.Envelope"
		c.tracing.tell(step, data)
	}
}

// contentKind is the number of the field of an Envelope that counts: the last one of its
// oneof.
type contentKind int

// The numbers of some fields, and the last one, of chat.v1.Envelope.
const (
	presenceContent    contentKind = 5
	byeContent         contentKind = 11
	creditContent      contentKind = 13
	proofContent       contentKind = 16
	inviteProofContent contentKind = 18
)

// Fields implements [lite.Message], only to decode.
func (k *contentKind) Fields(c *lite.Codec) {
	const first, last = 2, int(inviteProofContent)
	for number := first; number <= last; number++ {
		if c.Has(number, false) {
			*k = contentKind(number)
		}
	}
}
