package ui

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestHideAddress moves the switch in every situation, and wants that the search
// does what it shows.
func TestHideAddress(t *testing.T) {
	t.Parallel()
	offered, only, none := RelaysKnown{p2p.RelaysOffered}, RelaysKnown{p2p.RelaysOnly}, RelaysKnown{p2p.RelaysNone}
	for name, test := range map[string]struct {
		events  []Event
		want    Switch
		privacy Text
	}{
		"not known yet":       {nil, Switch{}, TextPrivacyDirect},
		"pressed too early":   {[]Event{HideAddress{true}}, Switch{}, TextPrivacyDirect},
		"no relay":            {[]Event{none, HideAddress{true}}, Switch{}, TextPrivacyNoRelay},
		"a relay":             {[]Event{offered}, Switch{Enabled: true}, TextPrivacyDirect},
		"on":                  {[]Event{offered, HideAddress{true}}, Switch{true, true}, TextPrivacyHidden},
		"off again":           {[]Event{offered, HideAddress{true}, HideAddress{false}}, Switch{Enabled: true}, TextPrivacyDirect},
		"told again":          {[]Event{offered, HideAddress{true}, offered}, Switch{true, true}, TextPrivacyHidden},
		"the relay is gone":   {[]Event{offered, HideAddress{true}, none}, Switch{}, TextPrivacyNoRelay},
		"the server insists":  {[]Event{only, HideAddress{false}}, Switch{On: true}, TextPrivacyRelayOnly},
		"after a chat":        {[]Event{offered, HideAddress{true}, Start{}, Stop{}}, Switch{true, true}, TextPrivacyHidden},
		"during a search":     {[]Event{offered, Start{}, HideAddress{true}, Stop{}}, Switch{Enabled: true}, TextPrivacyDirect},
		"from the page cache": {[]Event{offered, HideAddress{true}, PageHidden{}, PageRestored{}}, Switch{true, true}, TextPrivacyHidden},
	} {
		state, _ := after(State{}, test.events...)
		view := Present(state, English)
		if view.Hide != test.want || view.Privacy != test.privacy.In(English) {
			t.Errorf("%s: %+v, %q, want %+v", name, view.Hide, view.Privacy, test.want)
		}
		_, effects := after(state, Start{})
		if find := effects[0].(Find); find.RelayOnly != (test.want.On && test.want.Enabled) {
			t.Errorf("%s: %+v", name, find)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	state, effects := after(State{}, Check{})
	if want := []Effect{CheckConnection{}}; !reflect.DeepEqual(effects, want) || Present(state, English).Check {
		t.Errorf("%v, button %v, want a check and no button", effects, Present(state, English).Check)
	}
	if _, effects = after(state, Check{}); len(effects) > 0 {
		t.Errorf("pressed twice: %v", effects)
	}
	if later, _ := after(state, Start{}, Checked{Known: true}, Stop{}); len(Present(later, English).Found) > 0 {
		t.Error("a check of before the search is shown after it")
	}
	if _, effects := after(State{}, Start{}, Check{}); len(effects) > 0 {
		t.Error("there is a check during a search")
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	const stun, udp, tls = "stun:192.0.2.1", "turn:192.0.2.1?transport=udp", "turns:192.0.2.1?transport=tcp"
	own := p2p.Way{Candidates: []string{"host"}}
	for name, test := range map[string]struct {
		checking Checking
		want     string
	}{
		"none":   {Checking{}, ""},
		"begun":  {Checking{Running: true}, "none Trying every way to others…"},
		"nobody": {Checking{Done: true}, "bad The server does not answer."},
		"everything": {Checking{Done: true, Known: true, Checkup: p2p.Checkup{
			Ways: []p2p.Way{own, {URL: stun, Candidates: []string{"srflx"}, Took: 1}, {URL: udp, Candidates: []string{"relay"}, Took: 1}, {URL: tls, Candidates: []string{"relay"}, Took: 1}},
			Loop: p2p.Loop{Took: 12 * time.Millisecond},
		}}, "good The server answers. good Your browser has a network to connect from. good UDP passes, so a direct connection can work. " +
			"good The relay answers over UDP. good The relay answers over TLS. good A connection through the relay opens in 12 ms. none You can connect to everybody."},
		"nothing": {Checking{Done: true, Known: true, Checkup: p2p.Checkup{
			Ways: []p2p.Way{{Cause: p2p.CauseNoCandidates}, {URL: stun, Cause: p2p.CauseUDPBlocked}, {URL: udp, Cause: p2p.CauseRelayUnreachable}, {URL: tls, Cause: p2p.CauseRelayRefused}},
			Loop: p2p.Loop{Diagnosis: p2p.Diagnosis{Cause: p2p.CauseRelayRefused}},
		}}, "good The server answers. bad Your browser has no network to connect from. bad Nothing comes back over UDP. " +
			"bad The relay does not answer over UDP. bad The relay refuses you over TLS. bad No connection through the relay opens. none You can connect to nobody from here."},
		"no relay": {Checking{Done: true, Known: true, Checkup: p2p.Checkup{
			Ways: []p2p.Way{own}, Loop: p2p.Loop{Diagnosis: p2p.Diagnosis{Cause: p2p.CauseNoRelay}},
		}}, "good The server answers. good Your browser has a network to connect from. bad This server has no relay. none You can connect only to people in your own network."},
		"a full relay": {Checking{Done: true, Known: true, Checkup: p2p.Checkup{
			Ways: []p2p.Way{own, {URL: stun, Candidates: []string{"srflx"}, Took: 1}, {URL: udp, Cause: p2p.CauseRelayFull}}, Loop: p2p.Loop{Diagnosis: p2p.Diagnosis{Cause: p2p.CauseRelayFull}},
		}}, "good The server answers. good Your browser has a network to connect from. good UDP passes, so a direct connection can work. " +
			"bad The relay is full over UDP. bad No connection through the relay opens. none You can connect to many people, but not behind every router and firewall."},
	} {
		var got []string
		for _, finding := range Present(State{Check: test.checking}, English).Found {
			got = append(got, string(finding.Mark)+" "+finding.Text)
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s: %q, want %q", name, text, test.want)
		}
	}
}

// TestEveryCauseHasWords wants other words for each cause.
func TestEveryCauseHasWords(t *testing.T) {
	t.Parallel()
	seen := map[string]p2p.Cause{}
	for _, cause := range []p2p.Cause{
		p2p.CauseUnknown, p2p.CauseNoCandidates, p2p.CauseUDPBlocked, p2p.CauseNoRelay, p2p.CauseRelayRefused, p2p.CauseRelayFull,
		p2p.CauseRelayUnreachable, p2p.CauseChecksFailed, p2p.CauseDTLSFailed, p2p.CauseChannelFailed, p2p.CausePeerSilent,
	} {
		state, _ := after(State{}, Start{}, Ended{Search: 1, Reason: p2p.ReasonConnectFailed, Cause: cause})
		status := Present(state, English).Status
		if other, twice := seen[status]; twice {
			t.Errorf("%q and %q are both %q", cause, other, status)
		}
		seen[status] = cause
	}
}
