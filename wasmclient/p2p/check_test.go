//go:build !js

package p2p

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// onThisMachine gives a client an address of its own, whatever the machine has.
func onThisMachine(s *settings) {
	s.clock.gatherWay, s.clock.connectLoop = 2*time.Second, 4*time.Second
	s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) { engine.SetIncludeLoopbackCandidate(true) })
}

// TestCheck checks what servers offer that have a relay, or none, or a broken one.
func TestCheck(t *testing.T) {
	t.Parallel()
	relayed := func(changes ...func(*turnserver.Config)) func(*testing.T) string {
		return func(t *testing.T) string {
			url, relay := serveRelayed(t, false, changes...)
			t.Cleanup(func() { // runs first
				for deadline := time.Now().Add(10 * time.Second); relay.Allocations() > 0; time.Sleep(10 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Errorf("%d allocations are left", relay.Allocations())
						return
					}
				}
			})
			return url
		}
	}
	for name, test := range map[string]struct {
		serve  func(*testing.T) string
		ice    func(*testing.T) []ICEServer
		causes []Cause
		loop   Diagnosis
		reach  Reach
	}{
		"a relay": {
			serve:  relayed(),
			causes: []Cause{"", "", ""},
			reach:  ReachEverybody,
		},
		"a relay of others": {
			serve: relayed(func(c *turnserver.Config) {
				c.Secrets = func() iceserver.Secrets { return iceserver.Secrets{"another"} }
			}),
			causes: []Cause{"", "", CauseRelayRefused},
			loop:   Diagnosis{ConnectCandidates, CauseRelayRefused},
			reach:  ReachMany,
		},
		"nothing": {
			serve:  startServer,
			causes: []Cause{""},
			loop:   Diagnosis{ConnectCandidates, CauseNoRelay},
			reach:  ReachNear,
		},
		"servers that are away": {
			serve: startServer,
			ice: func(t *testing.T) []ICEServer {
				return []ICEServer{{URLs: []string{"stun:" + nobody(t)}}, {URLs: []string{"turn:" + nobody(t)}, Username: "u", Credential: "c"}}
			},
			causes: []Cause{"", CauseUDPBlocked, CauseRelayUnreachable},
			loop:   Diagnosis{ConnectCandidates, CauseRelayUnreachable},
			reach:  ReachNear,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := []Option{onThisMachine}
			if test.ice != nil {
				options = append(options, WithICEServers(test.ice(t)...))
			}
			checkup, err := NewClient(test.serve(t), options...).Check(testContext(t))
			if err != nil || checkup.Server == 0 {
				t.Fatalf("%+v, %v", checkup, err)
			}
			var causes []Cause
			for _, way := range checkup.Ways {
				causes = append(causes, way.Cause)
				given := slices.Contains(way.Candidates, way.Kind())
				if given != (way.Cause == "") || (way.Took > 0) != (given && way.URL != "") {
					t.Errorf("%+v", way)
				}
			}
			if !slices.Equal(causes, test.causes) {
				t.Errorf("the ways lack %q, want %q", causes, test.causes)
			}
			opened := test.loop == Diagnosis{}
			if loop := checkup.Loop; loop.Diagnosis != test.loop || (loop.Took > 0) != opened || (loop.RoundTrip > 0) != opened {
				t.Errorf("loop %+v, want %+v", loop, test.loop)
			}
			if got := checkup.Reach(); got != test.reach {
				t.Errorf("reaches %s, want %s", got, test.reach)
			}
		})
	}
}

func TestCheckWithoutAServer(t *testing.T) {
	t.Parallel()
	if _, err := NewClient("rubbish").Check(testContext(t)); CodeOf(err) != "invalid_argument" {
		t.Errorf("no URL: %v", err)
	}
	away := withClock(func(c *timeouts) { c.call = 200 * time.Millisecond })
	if _, err := NewClient("http://"+nobody(t), away).Check(testContext(t)); CodeOf(err) != "unavailable" {
		t.Errorf("no server: %v", err)
	}
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if _, err := NewClient(startServer(t)).Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestWays(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][2]string{
		"": {"", "host"}, "stun:192.0.2.1:3478": {"UDP", "srflx"}, "turn:192.0.2.1:3478?transport=udp": {"UDP", "relay"},
		"turn:192.0.2.1": {"UDP", "relay"}, "turn:192.0.2.1:3478?transport=tcp": {"TCP", "relay"}, "turns:192.0.2.1:443?transport=tcp": {"TLS", "relay"},
	} {
		if way := (Way{URL: url}); way.Transport() != want[0] || way.Kind() != want[1] {
			t.Errorf("%q is %s over %s, want %v", url, way.Kind(), way.Transport(), want)
		}
	}
}
