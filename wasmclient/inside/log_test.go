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

func of(peer string) func(*p2p.Trace) { return func(t *p2p.Trace) { t.Peer = peer } }

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
		{step(p2p.TraceRTT, of("a"), func(c *p2p.Trace) { c.Duration = 1500 * time.Microsecond }), "peer  rtt 1.5"},
		{step(p2p.TraceRTT, of("a")), ""},
		{step(p2p.TraceRTT, of("b")), "peer  rtt 0.0"},
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
		log.Add(step(p2p.TraceRTT, of("a")))
	}
	now := log.Snapshot()
	if len(now.Rows) != maxRows || now.Dropped != maxRows+1 || len(now.Candidates) != maxCandidates || len(now.Links[0].RoundTrips) != maxRoundTrips {
		t.Errorf("%d rows, %d dropped, %d candidates, %d round trips", len(now.Rows), now.Dropped, len(now.Candidates), len(now.Links[0].RoundTrips))
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
	log.Add(step(p2p.TraceLocalCandidate, func(c *p2p.Trace) { c.State, c.Candidate = "host", "candidate:\"\u2028<script>" }))
	log.Add(step(p2p.TraceRTT, of("a"), func(c *p2p.Trace) { c.Duration = 1500 * time.Microsecond }))
	log.Update(p2p.Peer{ID: "a"}, []p2p.TracePair{{Local: "a", LocalType: "relay", RTT: time.Millisecond, BytesSent: 1, BytesReceived: 2, Selected: true}, {}})
	got := exported(t, log, 0)
	if got.Search != 1 || got.Began == 0 || len(got.Steps) != 5 || got.Steps[0].Message.(map[string]any)["pool"] != "a" || got.Steps[0].Way != "out" ||
		!strings.HasPrefix(got.Steps[1].Message.(string), "v=0\n") || got.Steps[2].Message != `{"hostile":` || got.Steps[4].Party != "peer" {
		t.Errorf("got %+v", got)
	}
	link := got.Links[0]
	if pair := link.Pairs[0]; pair["selected"] != true || pair["roundTrip"] != 1.0 || pair["sent"] != 1.0 || got.Direct != 3 || !got.Relayed ||
		link.Way != "relayed" || link.Slot != "0" || link.Peer != "a" || len(link.Pairs) != 2 || len(got.Links) != 1 {
		t.Errorf("%d bytes, link %+v", got.Direct, link)
	}
	if got.Candidates[0]["local"] != true || got.Candidates[0]["line"] != "candidate:\"\u2028<script>" || link.RoundTrips[0] != 1.5 || got.Through != 100 {
		t.Errorf("candidates %v, round trips %v, %d bytes", got.Candidates, link.RoundTrips, got.Through)
	}
}

// saved is what a JSON document of a Snapshot has.
type saved struct {
	Search, Dropped, Began, Through, Since, Direct int
	Released, Relayed                              bool
	Steps                                          []struct {
		Seconds               float64
		Party, Way, Key, Type string
		Message               any
	}
	Candidates []map[string]any
	Links      []struct {
		Peer, Slot, Way   string
		Interrupted, Gone bool
		Pairs             []map[string]any
		RoundTrips        []float64
	}
}

func exported(t *testing.T, log *Log, first int) (got saved) {
	t.Helper()
	now := log.Snapshot()
	text := now.JSON(first)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return got
}

// TestExportOfWhatIsNew reads rows from a number on, also of a log that has dropped some.
func TestExportOfWhatIsNew(t *testing.T) {
	t.Parallel()
	log := NewLog()
	if got := exported(t, log, 0); len(got.Steps) != 0 || got.Began != 0 {
		t.Errorf("before the first search: %+v", got)
	}
	log.Begin()
	for range maxRows + 5 {
		log.Add(step(p2p.TraceReleased))
	}
	for first, want := range map[int]int{-1: maxRows, 0: maxRows, 5: maxRows, 6: maxRows - 1, maxRows + 4: 1, maxRows + 5: 0, 1 << 40: 0} {
		if got := exported(t, log, first); len(got.Steps) != want || got.Dropped != 5 {
			t.Errorf("from %d: %d rows, want %d", first, len(got.Steps), want)
		}
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
		link := Link{Pairs: []p2p.TracePair{{}, pair}}
		if got := link.Way(); got != want {
			t.Errorf("%+v: %q, want %q", pair, got, want)
		}
	}
}

// TestLinks follows the links of a group, in which one breaks and one ends.
func TestLinks(t *testing.T) {
	t.Parallel()
	log := NewLog()
	log.Begin()
	add := func(kind p2p.TraceKind, peer, reason string) { log.Add(step(kind, of(peer), state(reason))) }
	log.Update(p2p.Peer{ID: "a", Slot: 0}, []p2p.TracePair{{Selected: true, BytesSent: 3, LocalType: "relay"}})
	add(p2p.TraceRTT, "b", "")
	log.Update(p2p.Peer{ID: "b", Slot: 2}, []p2p.TracePair{{Selected: true, BytesReceived: 4}})
	before := log.Snapshot()
	add(p2p.TraceInterrupted, "a", "")
	add(p2p.TraceConnectionClosed, "b", "")
	add(p2p.TraceInterrupted, "", "")
	broken := log.Snapshot().Links
	if len(broken) != 2 || !broken[0].Interrupted || broken[1].Interrupted || broken[1].Gone || broken[1].Slot != 2 || before.Links[0].Interrupted {
		t.Errorf("interrupted: %+v", broken)
	}
	add(p2p.TraceRestored, "a", "")
	add(p2p.TraceConnectionClosed, "b", "peer_left")
	now := log.Snapshot()
	if bytes, relayed := now.Direct(); bytes != 7 || !relayed || now.Links[0].Interrupted || !now.Links[1].Gone {
		t.Errorf("%d bytes, relayed %v, %+v", bytes, relayed, now.Links)
	}
	for i := range 100 {
		add(p2p.TraceRTT, fmt.Sprint("hostile ", i), "")
	}
	if got := len(log.Snapshot().Links); got > mostMatches*p2p.MaxGroup {
		t.Errorf("%d links are kept", got)
	}
}
