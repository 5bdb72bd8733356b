package inside

import (
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Party is with whom a step is.
type Party string

// The parties.
const (
	Here        Party = "here"
	Matchmaking Party = "matchmaking"
	Signaling   Party = "signaling"
	Peer        Party = "peer"
)

// Row is one row of the timeline.
type Row struct {
	// At is the time since the search began.
	At time.Duration
	// Party is with whom the step is, and Out and In say which way a message went; neither:
	// none did.
	Party   Party
	Out, In bool
	// Peer is the peer id of the person that it is about, if it is about one.
	Peer string
	// Key names the words of the row. If there are none, the key without its last part
	// does, as in "event.matchmaking.queued", "event.matchmaking", "event".
	Key string
	// Value takes the place of "{...}" in the words.
	Value string
	// Failed says that something went wrong.
	Failed bool
	// Type and Body are the message: the full name of a Protobuf message and its JSON;
	// SDP lines if Type is "sdp"; the line of a candidate if it is "candidate".
	Type, Body string
}

func rowOf(step *p2p.Trace, began time.Time) Row {
	row := Row{At: step.At.Sub(began), Party: Here, Key: keyOf(step), Peer: step.Peer, Value: step.State, Type: step.Type}
	switch {
	case step.Service != "":
		row.Party = Party(step.Service)
	case step.Kind == p2p.TracePeerMessage || step.Kind == p2p.TraceRTT:
		row.Party = Peer
	}
	switch step.Kind {
	case p2p.TraceCallSent:
		row.Out = true
	case p2p.TraceCallAnswered, p2p.TraceEvent, p2p.TraceResponse:
		row.In = true
	case p2p.TraceCallEnded:
		row.Failed = row.Key == "call_failed"
	case p2p.TracePeerMessage:
		row.Out, row.In = step.State == "sent", step.State == "received"
	case p2p.TraceRTT:
		row.Value = strconv.FormatFloat(float64(step.Duration)/float64(time.Millisecond), 'f', 1, 64)
	case p2p.TracePairs:
		row.Value = strconv.Itoa(len(step.Pairs))
	case p2p.TraceICEState, p2p.TraceConnectionState, p2p.TraceDTLSState, p2p.TraceSCTPState:
		row.Failed = step.State == "failed"
	case p2p.TraceInterrupted:
		row.Failed = true
	default:
	}
	switch {
	case step.JSON != "":
		row.Body = step.JSON
	case step.SDP != "":
		row.Type, row.Body = "sdp", strings.TrimSpace(strings.ReplaceAll(step.SDP, "\r\n", "\n"))
	case step.Candidate != "":
		row.Type, row.Body = "candidate", step.Candidate
	}
	return row
}

// keyOf returns the key of the words of a step.
func keyOf(step *p2p.Trace) string {
	key := string(step.Kind)
	switch step.Kind {
	case p2p.TraceCallSent, p2p.TraceResponse:
		return key + "." + step.Procedure
	case p2p.TraceEvent:
		return key + "." + step.Service + "." + caseOf(step.JSON)
	case p2p.TraceCallEnded:
		if step.State != "" && step.State != "canceled" {
			return "call_failed"
		}
		return key
	case p2p.TraceLocalCandidate, p2p.TraceRemoteCandidate:
		if step.State == "host" && strings.Contains(step.Candidate, ".local ") {
			return key + ".hidden"
		}
	case p2p.TracePeerMessage:
		return key + "." + step.State + "." + caseOf(step.JSON)
	case p2p.TraceConnectionClosed:
		return key
	default:
	}
	if step.State == "" {
		return key
	}
	return key + "." + step.State
}
