package p2p

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// tracedCall traces one call.
type tracedCall struct {
	tracing  *tracing
	about    Trace // what all its steps have
	stream   bool
	began    time.Time
	answered bool
}

func (t *tracing) call(number int, service, procedure string, stream bool) rpc.Observer {
	return &tracedCall{tracing: t, about: Trace{Call: number, Service: service, Procedure: procedure}, stream: stream, began: time.Now()}
}

// message traces a message, which is named as buf lint asks for.
func (c *tracedCall) message(kind TraceKind, suffix string, message []byte) {
	step := c.about
	step.Kind, step.Type = kind, "wasmp2pchat."+step.Service+".v1."+step.Procedure+suffix
	c.tracing.tell(&step, message)
}

// Sent implements [rpc.Observer].
func (c *tracedCall) Sent(request []byte) { c.message(TraceCallSent, "Request", request) }

// Answered implements [rpc.Observer].
func (c *tracedCall) Answered() {
	if !c.answered {
		c.answered = true
		step := c.about
		step.Kind = TraceCallAnswered
		c.tracing.step(&step)
	}
}

// Received implements [rpc.Observer].
func (c *tracedCall) Received(message []byte) {
	c.Answered()
	kind := TraceResponse
	if c.stream {
		kind = TraceEvent
	}
	c.message(kind, "Response", message)
}

// Ended implements [rpc.Observer].
func (c *tracedCall) Ended(err error) {
	if rpc.IsWire(err) {
		c.Answered()
	}
	step := c.about
	step.Kind, step.State, step.Duration = TraceCallEnded, string(rpc.CodeOf(err)), time.Since(c.began)
	c.tracing.step(&step)
}
