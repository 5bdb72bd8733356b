//go:build !js

package e2e

import (
	"cmp"
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

var record = flag.Bool("record", false, "write the recording that the start page plays")

// recordingFile is what the start page plays.
const recordingFile = "../web/inside.picture.json"

// played are the rows of the panel that are played, of this side; of the partner's only
// messages with the servers are.
var played = []string{
	"call_sent.FindMatch", "event.matchmaking.queued", "event.matchmaking.matched", "call_sent.JoinRoom", "event.signaling.welcome",
	"event.signaling.signalsReceived", "call_sent.SendSignals", "call_sent.ReportOutcome", "event.signaling.pairConfirmed",
	"connection_created", "local_description.offer", "local_description.answer", "remote_description.offer", "remote_description.answer",
	"ice_state.checking", "ice_state.connected", "dtls_state.connected", "channel_open.chat", "peer_message.sent.proof", "peer_message.received.proof", "released",
}

// step is one row of the panel, without its message.
type step struct {
	Side    string  `json:"side"` // "here" or "peer"
	Seconds float64 `json:"seconds"`
	Party   string  `json:"party"`
	Way     string  `json:"way,omitempty"`
	Key     string  `json:"key"`
	Value   string  `json:"value,omitempty"`
}

// recording is what two pages have exported of one chat, as one.
type recording struct {
	Steps []step `json:"steps"`
}

// TestRecording lets two pages meet, and makes a recording of what their panels export: of
// one that waits and one that comes. With -record it replaces the one of the start page.
func TestRecording(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	here, peer := chrome.open(t, "here", server.url+"/#inside"), chrome.open(t, "the partner", server.url+"/#inside")
	for _, tab := range []*tab{here, peer} {
		tab.waitFor("the panel is open", `document.body.dataset.inside === "page"`)
	}
	here.evaluate(`document.getElementById("start").click()`)
	here.sees(ui.TextWaitingAlone)
	peer.evaluate(`document.getElementById("start").click()`)
	for _, tab := range []*tab{here, peer} {
		tab.waitFor("the server is not needed", `document.querySelector('#inside .step[data-key="released"]') !== null`)
	}
	made := merge(t, here.exported(), peer.exported())
	check(t, made)
	if *record {
		text, err := json.Marshal(made)
		if err == nil {
			err = os.WriteFile(recordingFile, append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(recordingFile)
	if err != nil {
		t.Fatal(err)
	}
	var shown recording
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	check(t, shown)
}

// export is what the panel exports.
type export struct {
	Began float64 `json:"began"` // milliseconds since 1970
	Steps []step  `json:"steps"`
}

func (tab *tab) exported() (made export) {
	tab.t.Helper()
	if err := json.Unmarshal([]byte(read[string](tab, `clientLoaded.inside.snapshot(0, 0)`)), &made); err != nil {
		tab.t.Fatal(err)
	}
	return made
}

// merge puts the steps of both sides in order, by the clock of the machine that both use.
func merge(t *testing.T, here, peer export) (made recording) {
	t.Helper()
	later := (peer.Began - here.Began) / 1000
	for side, from := range map[string]export{"here": here, "peer": peer} {
		for _, step := range from.Steps {
			if !slices.Contains(played, step.Key) || side == "peer" && (step.Way == "" || step.Party == "peer") {
				continue
			}
			if step.Side = side; side == "peer" {
				step.Seconds += later
			}
			step.Seconds = math.Round(step.Seconds*1000) / 1000
			made.Steps = append(made.Steps, step)
		}
	}
	slices.SortStableFunc(made.Steps, func(a, b step) int { return cmp.Compare(a.Seconds, b.Seconds) })
	return made
}

// check fails the test unless a recording has all that happens until the servers are not
// needed, in order.
func check(t *testing.T, made recording) {
	t.Helper()
	next := 0
	story := []step{
		{Side: "here", Key: "call_sent.FindMatch"}, {Side: "peer", Key: "call_sent.FindMatch"}, {Side: "here", Key: "event.matchmaking.matched"},
		{Side: "here", Key: "call_sent.JoinRoom"}, {Side: "here", Key: "channel_open.chat"}, {Side: "here", Key: "released"},
	}
	for i, step := range made.Steps {
		if i > 0 && step.Seconds < made.Steps[i-1].Seconds {
			t.Errorf("step %d is before the last one", i)
		}
		if next < len(story) && story[next].Side == step.Side && story[next].Key == step.Key {
			next++
		}
	}
	if next < len(story) {
		t.Errorf("%+v does not come in time: %+v", story[next], made.Steps)
	}
}
