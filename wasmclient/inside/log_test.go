package inside

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func step(kind p2p.TraceKind, change ...func(*p2p.Trace)) p2p.Trace {
	made := p2p.Trace{Kind: kind, At: time.Now()}
	for _, change := range change {
		change(&made)
	}
	return made
}

func call(service, procedure, json string) func(*p2p.Trace) {
	return func(t *p2p.Trace) {
		t.Call, t.Service, t.Procedure, t.JSON, t.Bytes, t.Type = 1, service, procedure, json, 100, "wasmp2pchat.X"
	}
}

func state(text string) func(*p2p.Trace) { return func(t *p2p.Trace) { t.State = text } }

func TestRows(t *testing.T) {
	t.Parallel()
	log := NewLog()
	log.Begin()
	for _, test := range []struct {
		step p2p.Trace
		want string // party, direction, key, value
	}{
		{step(p2p.TraceCallSent, call("matchmaking", "FindMatch", `{"pool":"a"}`)), "matchmaking > call_sent.FindMatch "},
		{step(p2p.TraceCallAnswered, call("matchmaking", "FindMatch", "")), "matchmaking < call_answered "},
		{step(p2p.TraceEvent, call("matchmaking", "FindMatch", `{"queued":{"waiting":2}}`)), "matchmaking < event.matchmaking.queued "},
		{step(p2p.TraceEvent, call("matchmaking", "FindMatch", `{"heartbeat":{}}`)), "matchmaking < event.matchmaking.heartbeat "},
		{step(p2p.TraceEvent, call("matchmaking", "FindMatch", `{"heartbeat":{}}`)), ""},
		{step(p2p.TraceCallEnded, call("signaling", "JoinRoom", ""), state("canceled")), "signaling  call_ended canceled"},
		{step(p2p.TraceCallEnded, call("signaling", "JoinRoom", ""), state("unavailable")), "signaling  call_failed unavailable"},
		{step(p2p.TraceLocalCandidate, func(c *p2p.Trace) { c.State, c.Candidate = "host", "candidate:1 1 udp 1 x.local 9 typ host" }), "here  local_candidate.hidden host"},
		{step(p2p.TraceLocalCandidate, func(c *p2p.Trace) { c.State, c.Candidate = "srflx", "candidate:1 1 udp 1 192.0.2.1 9 typ srflx" }), "here  local_candidate.srflx srflx"},
		{step(p2p.TraceICEState, state("failed")), "here  ice_state.failed failed"},
		{step(p2p.TracePeerMessage, state("sent"), func(c *p2p.Trace) { c.JSON = `{"proof":{"value":"x"}}` }), "peer > peer_message.sent.proof sent"},
		{step(p2p.TraceRTT, func(c *p2p.Trace) { c.Duration = 1500 * time.Microsecond }), "peer  rtt 1.5"},
		{step(p2p.TraceRTT), ""},
		{step(p2p.TracePairs), ""},
		{step(p2p.TracePairs, func(c *p2p.Trace) { c.Pairs = []p2p.TracePair{{Selected: true}} }), "here  pairs 1"},
		{step("new"), "here  new "},
	} {
		before := len(log.Snapshot().Rows)
		log.Add(test.step)
		rows := log.Snapshot().Rows
		if len(rows) == before {
			if test.want != "" {
				t.Errorf("%v is no row, want %s", test.step, test.want)
			}
			continue
		}
		row := rows[before]
		way := map[bool]string{true: ">"}[row.Out] + map[bool]string{true: "<"}[row.In]
		if got := fmt.Sprint(row.Party, " ", way, " ", row.Key, " ", row.Value); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestBytesOfServers(t *testing.T) {
	t.Parallel()
	log := NewLog()
	log.Begin()
	log.Add(step(p2p.TraceCallSent, call("signaling", "JoinRoom", "{}")))
	log.Add(step(p2p.TraceEvent, call("signaling", "JoinRoom", "{}")))
	log.Add(step(p2p.TraceReleased))
	if now := log.Snapshot(); now.ThroughServers != 200 || now.Since != 0 || !now.Released {
		t.Errorf("%+v", now)
	}
	log.Add(step(p2p.TraceCallSent, call("signaling", "JoinRoom", "{}")))
	if now := log.Snapshot(); now.ThroughServers != 300 || now.Since != 100 || now.Released {
		t.Errorf("after a repair: %+v", now)
	}
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	log := NewLog()
	log.Begin()
	for range 2 * maxRows {
		log.Add(step(p2p.TraceRemoteCandidate))
		log.Add(step(p2p.TraceRTT))
	}
	now := log.Snapshot()
	if len(now.Rows) != maxRows || now.Dropped != maxRows+1 || len(now.Candidates) != maxCandidates || len(now.RoundTrips) != maxRoundTrips {
		t.Errorf("%d rows, %d dropped, %d candidates, %d round trips", len(now.Rows), now.Dropped, len(now.Candidates), len(now.RoundTrips))
	}
	log.Begin()
	if now := log.Snapshot(); len(now.Rows) != 0 || now.Search != 2 {
		t.Errorf("after another search has begun: %+v", now)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	log := NewLog()
	log.Begin()
	log.Add(step(p2p.TraceCallSent, call("matchmaking", "FindMatch", `{"pool":"a","interests":["x","y"]}`)))
	log.Add(step(p2p.TraceLocalDescription, func(c *p2p.Trace) { c.SDP = "v=0\r\ns=\"-\"\r\n" }))
	log.Add(step(p2p.TraceToken, func(c *p2p.Trace) { c.JSON = `{"hostile":` }))
	log.Update([]p2p.TracePair{{Local: "a", Selected: true}})
	text := func() string { now := log.Snapshot(); return now.JSON() }()
	var got struct {
		Steps []struct {
			Key     string
			Message any
		}
		Pairs []map[string]any
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(got.Steps) != 3 || got.Steps[0].Message.(map[string]any)["pool"] != "a" || !strings.HasPrefix(got.Steps[1].Message.(string), "v=0\n") || got.Pairs[0]["selected"] != true {
		t.Errorf("got %+v", got)
	}
}

func TestWay(t *testing.T) {
	t.Parallel()
	for want, pair := range map[string]p2p.TracePair{
		"direct":    {LocalType: "host", RemoteType: "host", Selected: true},
		"reflexive": {LocalType: "host", RemoteType: "prflx", Selected: true},
		"relayed":   {LocalType: "srflx", RemoteType: "relay", Selected: true},
		"":          {LocalType: "host", RemoteType: "host"},
	} {
		now := Snapshot{Pairs: []p2p.TracePair{{}, pair}}
		if got := now.Way(); got != want {
			t.Errorf("%+v: %q, want %q", pair, got, want)
		}
	}
}
