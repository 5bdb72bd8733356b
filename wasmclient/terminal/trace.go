//go:build !js

package terminal

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// widest is how many characters of a line are printed.
const widest = 200

// tracing is a step inside, with the names that p2p.Trace has.
type tracing struct {
	At         time.Time       `json:"at"`
	Kind       string          `json:"kind"`
	Call       int             `json:"call,omitempty"`
	Procedure  string          `json:"procedure,omitempty"`
	Service    string          `json:"service,omitempty"`
	Peer       string          `json:"peer,omitempty"`
	Connection string          `json:"connection,omitempty"`
	MessageOf  string          `json:"message_type,omitempty"`
	Message    json.RawMessage `json:"message,omitempty"`
	Bytes      int             `json:"bytes,omitempty"`
	State      string          `json:"state,omitempty"`
	SDP        string          `json:"sdp,omitempty"`
	Candidate  string          `json:"candidate,omitempty"`
	DurationMS float64         `json:"duration_ms,omitempty"`
	Pairs      []p2p.TracePair `json:"pairs,omitempty"`
}

// traceEvent returns a step as it is told. People read the time since the program began.
func traceEvent(began time.Time, step p2p.Trace) event {
	text := fmt.Sprintf("%8.3f s  %-11s  %s", step.At.Sub(began).Seconds(), who(step), describeStep(step))
	told := &tracing{
		At: step.At, Kind: string(step.Kind), Call: step.Call, Procedure: step.Procedure, Service: step.Service,
		Peer: step.Peer, Connection: step.Connection, MessageOf: step.Type, Bytes: step.Bytes, State: step.State,
		SDP: step.SDP, Candidate: step.Candidate, Pairs: step.Pairs,
		DurationMS: float64(step.Duration.Microseconds()) / 1000,
	}
	if json.Valid([]byte(step.JSON)) {
		told.Message = json.RawMessage(step.JSON)
	}
	return event{Type: typeTrace, Text: shortened(harmless(text)), Trace: told}
}

func shortened(text string) string {
	if letters := []rune(text); len(letters) > widest {
		return string(letters[:widest-1]) + "…"
	}
	return text
}

// who says where a step comes from, or goes to.
func who(step p2p.Trace) string {
	switch step.Kind {
	case p2p.TraceRemoteDescription, p2p.TraceRemoteCandidate, p2p.TraceRemoteCandidatesEnd, p2p.TracePeerMessage, p2p.TraceRTT:
		return "peer"
	}
	if step.Service != "" {
		return step.Service
	}
	return "here"
}

func describeStep(step p2p.Trace) string {
	if step.Call != 0 {
		return fmt.Sprintf("%s (call %d) %s", step.Procedure, step.Call, describeCall(step))
	}
	switch step.Kind {
	case p2p.TraceToken:
		return fmt.Sprintf("has a room token of %d characters: %s", step.Bytes, step.JSON)
	case p2p.TraceConnectionCreated:
		return "creates the RTCPeerConnection " + step.Connection
	case p2p.TraceLocalDescription:
		return fmt.Sprintf("applies its %s, %d bytes of SDP", step.State, len(step.SDP))
	case p2p.TraceRemoteDescription:
		return fmt.Sprintf("its %s is applied, %d bytes of SDP", step.State, len(step.SDP))
	case p2p.TraceLocalCandidate, p2p.TraceRemoteCandidate:
		return fmt.Sprintf("has a candidate of type %s: %s", step.State, step.Candidate)
	case p2p.TraceLocalCandidatesEnd, p2p.TraceRemoteCandidatesEnd:
		return "has no more candidates"
	case p2p.TraceGatheringState, p2p.TraceSignalingState, p2p.TraceICEState, p2p.TraceConnectionState, p2p.TraceDTLSState, p2p.TraceSCTPState:
		return strings.ReplaceAll(string(step.Kind), "_", " ") + " is " + step.State
	case p2p.TraceChannelOpen:
		return fmt.Sprintf("the data channel %q is open", step.State)
	case p2p.TracePeerMessage:
		return step.State + " " + step.JSON
	case p2p.TraceRTT:
		return "answers a ping after " + rounded(step.Duration)
	case p2p.TracePairs:
		return describePairs(step.Pairs)
	case p2p.TraceInterrupted:
		return "hears nothing from the peer, and repairs the connection"
	case p2p.TraceRestart:
		return "begins to offer an ICE restart"
	case p2p.TraceRestored:
		return "hears the peer again"
	case p2p.TraceReleased:
		return "no longer needs the server, and ends the stream from it"
	case p2p.TraceConnectionClosed:
		return "closes the RTCPeerConnection " + step.Connection + because(step.State)
	default:
		return string(step.Kind) + " " + step.State + " " + step.JSON
	}
}

func describeCall(step p2p.Trace) string {
	switch step.Kind {
	case p2p.TraceCallSent:
		return "is sent: " + step.JSON
	case p2p.TraceCallAnswered:
		return "is answered"
	case p2p.TraceEvent, p2p.TraceResponse:
		return "brings " + step.JSON
	case p2p.TraceCallEnded:
		return "ends after " + rounded(step.Duration) + because(step.State)
	default:
		return string(step.Kind) + " " + step.JSON
	}
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func describePairs(pairs []p2p.TracePair) string {
	text := fmt.Sprintf("has %d pairs of candidates", len(pairs))
	if len(pairs) > 0 && pairs[0].Selected {
		used := pairs[0]
		text += fmt.Sprintf(", and uses %s %s with %s %s", used.LocalType, used.Local, used.RemoteType, used.Remote)
	}
	return text
}
