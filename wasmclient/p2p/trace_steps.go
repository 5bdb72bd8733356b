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
	// step tells a step.
	step(step *Trace)
	// call returns what traces a call.
	call(number int, service, procedure string, stream bool) rpc.Observer
	// token tells a room token.
	token(token string)
	// events returns the events of a connection, which are traced.
	events(c *connection, events rtc.Events) rtc.Events
	// channels returns what makes the data channels of a connection, which are traced.
	channels(c *connection) newChannelFunc
	// description tells a description of this side.
	description(c *connection, description rtc.Description)
	// remote tells a description or a candidate of a peer, whose text it is.
	remote(kind TraceKind, peer string, signal *signalingv1.Signal, state, text string)
	// roundTrip tells the round trip of the ping with that nonce.
	roundTrip(c *connection, nonce uint64)
	// pairs tells the pairs of candidates of a connection.
	pairs(c *connection)
}

// tracing implements tracer. Safe for concurrent use.
type tracing struct {
	schema *litejson.Schema

	mu     sync.Mutex // held during a report, so that they come one at a time
	report func(Trace)
}

func newTracing(report func(Trace)) *tracing {
	return &tracing{report: report, schema: litejson.Parse(chatv1.Schema, matchmakingv1.Schema, signalingv1.Schema)}
}

// tell tells a step with an encoded message, whose full name is step.Type.
func (t *tracing) tell(step *Trace, message []byte) {
	step.Bytes = len(message)
	text, err := t.schema.JSON(step.Type, message, t.show)
	if step.JSON = text; err != nil { // the receiver refuses it too
		step.Type = ""
	}
	t.step(step)
}

func (t *tracing) step(step *Trace) {
	step.SDP = maskPasswords(step.SDP)
	t.mu.Lock()
	defer t.mu.Unlock()
	step.At = time.Now()
	t.report(*step)
}

func (t *tracing) token(token string) {
	t.step(&Trace{Kind: TraceToken, JSON: showToken(token), Bytes: len(token)})
}

func (t *tracing) remote(kind TraceKind, peer string, signal *signalingv1.Signal, state, text string) {
	step := &Trace{Kind: kind, Peer: peer, Connection: signal.GetConnectionId(), State: state}
	switch kind {
	case TraceRemoteDescription:
		step.SDP = text
	case TraceRemoteCandidate:
		step.Candidate, step.State = text, candidateType(text)
	default:
	}
	t.step(step)
}

func (t *tracing) roundTrip(c *connection, nonce uint64) {
	step := c.newStep(TraceRTT, "")
	step.Duration = max(0, time.Since(time.UnixMicro(int64(nonce)))) //nolint:gosec // when this side sent it
	t.step(step)
}

func (t *tracing) pairs(c *connection) {
	if pairs := c.pairs(); len(pairs) > 0 {
		step := c.newStep(TracePairs, "")
		step.Pairs = pairs
		t.step(step)
	}
}

// newStep returns a step of a connection.
func (c *connection) newStep(kind TraceKind, state string) *Trace {
	step := &Trace{Kind: kind, Connection: c.id, State: state}
	if peer := c.peer.Load(); peer != nil {
		step.Peer = *peer
	}
	return step
}

// step traces a step of a connection, if tracing is on.
func (c *connection) step(kind TraceKind, state string) {
	if c.trace != nil {
		c.trace.step(c.newStep(kind, state))
	}
}

// roundTrip traces the round trip of the ping with that nonce, if tracing is on.
func (c *connection) roundTrip(nonce uint64) {
	if c.trace != nil {
		c.trace.roundTrip(c, nonce)
	}
}

// tracePairs traces the pairs of candidates as they are now, if tracing is on.
func (c *connection) tracePairs() {
	if c.trace != nil {
		c.trace.pairs(c)
	}
}

// remoteStep traces a description or a candidate of the peer, if tracing is on.
func (l *link) remoteStep(kind TraceKind, signal *signalingv1.Signal, state, text string) {
	if trace := l.room.settings.trace; trace != nil {
		trace.remote(kind, l.peer.ID, signal, state, text)
	}
}
