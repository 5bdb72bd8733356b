package p2p

import (
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// tracedCall traces one call.
type tracedCall struct {
	tracing  *tracing
	about    Trace  // what all its steps have
	message  string // the full name of its request and response, without the end
	stream   bool
	began    time.Time
	answered bool
}

func (t *tracing) call(about Trace, path string, stream bool) rpc.Observer {
	// Path is "/package.Service/". The names of requests and responses are those that buf
	// lint asks for.
	namespace := strings.TrimPrefix(path[:strings.LastIndex(path, ".")+1], "/")
	return &tracedCall{tracing: t, about: about, message: namespace + about.Procedure, stream: stream, began: time.Now()}
}

func (c *tracedCall) step(kind TraceKind, name string, message []byte) {
	step := c.about
	step.Kind, step.Type = kind, name
	c.tracing.step(step, message)
}

// Sent implements [rpc.Observer].
func (c *tracedCall) Sent(request []byte) { c.step(TraceCallSent, c.message+"Request", request) }

// Answered implements [rpc.Observer].
func (c *tracedCall) Answered() {
	if !c.answered {
		c.answered = true
		c.step(TraceCallAnswered, "", nil)
	}
}

// Received implements [rpc.Observer].
func (c *tracedCall) Received(message []byte) {
	c.Answered()
	kind := TraceResponse
	if c.stream {
		kind = TraceEvent
	}
	c.step(kind, c.message+"Response", message)
}

// Ended implements [rpc.Observer].
func (c *tracedCall) Ended(err error) {
	if rpc.IsWire(err) {
		c.Answered()
	}
	step := c.about
	step.Kind, step.State, step.Duration = TraceCallEnded, string(rpc.CodeOf(err)), time.Since(c.began)
	c.tracing.step(step, nil)
}
