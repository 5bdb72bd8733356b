package p2p

import (
	"sync"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// tracer traces steps; nil: tracing is off. It is an interface, so that a program that does
// not call WithTrace does not link the only type that implements it.
type tracer interface {
	// step tells a step. Message is the encoded message of step.Type, or the token of
	// TraceToken.
	step(step Trace, message []byte)
	// call returns what traces a call. Step has the Call, the Procedure and the Service.
	call(step Trace, path string, stream bool) rpc.Observer
	// engine returns an engine that traces the connection c that it makes.
	engine(engine rtc.Engine, c *connection) rtc.Engine
}

// tracing implements tracer. Safe for concurrent use.
type tracing struct {
	schema func() *litejson.Schema

	mu     sync.Mutex // held during a report, so that they come one at a time
	report func(Trace)
}

func newTracing(report func(Trace)) *tracing {
	return &tracing{report: report, schema: sync.OnceValue(func() *litejson.Schema {
		return litejson.Parse(chatv1.Schema, matchmakingv1.Schema, signalingv1.Schema)
	})}
}

func (t *tracing) step(step Trace, message []byte) {
	step.Bytes = len(message)
	switch {
	case step.Kind == TraceToken:
		step.JSON = showToken(string(message))
	case step.Type != "":
		text, err := t.schema().JSON(step.Type, message, litejson.View{Rewrite: maskField, Embedded: embeddedIn})
		if step.JSON = text; err != nil { // the receiver refuses it too
			step.Type = ""
		}
	}
	step.SDP = maskPasswords(step.SDP)
	if step.Candidate != "" {
		step.State = candidateType(step.Candidate)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	step.At = time.Now()
	t.report(step)
}

// step traces a step of a connection, if tracing is on.
func (c *connection) step(step Trace, message []byte) {
	if c.trace == nil {
		return
	}
	step.Connection = c.id
	if peer := c.peer.Load(); peer != nil {
		step.Peer = *peer
	}
	c.trace.step(step, message)
}

// remoteStep traces a description or a candidate of the peer, if tracing is on.
func (l *link) remoteStep(signal *signalingv1.Signal, step Trace) {
	if trace := l.room.settings.trace; trace != nil {
		step.Peer, step.Connection = l.peer.ID, signal.GetConnectionId()
		trace.step(step, nil)
	}
}

// step traces a step of a room, if tracing is on.
func (r *Room) step(step Trace, message []byte) {
	if trace := r.settings.trace; trace != nil {
		trace.step(step, message)
	}
}
