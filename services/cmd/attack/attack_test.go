package main

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// narrow limits are reached within a moment.
var narrow = server.Limits{
	Calls:       server.RequestLimits{Open: 10, Rate: 20, Burst: 40},
	Starts:      server.RequestLimits{Rate: 5, Burst: 10},
	Connections: 40, AllConnections: 500,
}

// serve serves with narrow limits until the test ends.
func serve(t *testing.T) (url string) {
	t.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}), Signaling: signalingmem.New(signalingmem.Config{}),
		Keys: keys, Limits: narrow, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewUnstartedServer(nil)
	listening.Config, listening.Listener = s.HTTPServer(), s.Bound(listening.Listener)
	listening.Start()
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	return listening.URL
}

// reached says for each attack what it must get: that much is refused, or open.
var reached = map[string]func(gains) bool{
	"unread-answers":     func(got gains) bool { return got.Refused >= 50 && got.Open == 20 },
	"rapid-reset":        func(got gains) bool { return got.Requests >= 100 && got.Open >= 10 },
	"abandoned-searches": refused,
	"one-network":        refused,
	"unfinished-bodies":  refused,
	"idle-connections":   func(got gains) bool { return got.Refused >= 20 && got.Open >= 40 },
	"gzip-bombs":         refused,
	"oversized-bodies":   refused,
	"malformed-requests": refused,
	"huge-headers":       refused,
	"signal-flood":       refused,
	"room-churn":         refused,
}

func refused(got gains) bool { return got.Refused >= 20 }

// neverServed are the attacks of which the server must serve nothing.
var neverServed = []string{"gzip-bombs", "oversized-bodies", "malformed-requests"}

// TestAttacks runs each attack against a server with narrow limits, until it
// has got what is said: honest pairs meet meanwhile, and afterwards. An attack
// takes all the CPU it gets, so they run one after the other.
func TestAttacks(t *testing.T) {
	t.Parallel()
	for _, attack := range attacks {
		t.Run(attack.name, func(t *testing.T) {
			url := serve(t)
			a, err := newAttacker(url, 500)
			if err != nil {
				t.Fatal(err)
			}
			a.connections = 300
			ctx, stop := context.WithCancel(t.Context())
			var attacking sync.WaitGroup
			attacking.Go(func() { attack.run(ctx, a) })
			met := 0
			for deadline := time.Now().Add(time.Minute); met < 3 || !reached[attack.name](a.gained()); met++ {
				if err := meet(t.Context(), url); err != nil {
					t.Errorf("an honest pair: %v", err)
					break
				}
				if time.Now().After(deadline) {
					t.Errorf("after a minute the attacker has got %+v", a.gained())
					break
				}
			}
			stop()
			attacking.Wait()
			const workers = 32 // that may have waited for an answer at the end
			if got := a.gained(); slices.Contains(neverServed, attack.name) && got.Requests-got.Refused > workers {
				t.Errorf("only %d of %d requests are refused", got.Refused, got.Requests)
			}
			if err := meet(t.Context(), url); err != nil {
				t.Errorf("an honest pair after the attack: %v", err)
			}
			for deadline := time.Now().Add(time.Minute); a.open.Load() > 0; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("the attacker leaves %d connections", a.open.Load())
				}
			}
			t.Logf("%d pairs met; the attacker got %+v", met, a.gained())
		})
	}
}

func TestOnlyServersOfThisMachine(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://127.0.0.1:8080", "http://127.9.9.9:80"} {
		if err := checkURL(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{
		"http://192.0.2.1:8080", "http://example.org:80", "http://localhost:8080", "https://127.0.0.1:8080",
		"http://127.0.0.1", "http://[::1]:8080", "http://127.0.0.1.example.org:80", "http://127.0.0.1@example.org:80", "127.0.0.1:8080", "",
	} {
		if err := checkURL(url); err == nil {
			t.Errorf("%q is attacked", url)
		}
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	pairs := func(took time.Duration, failed int) felt {
		return felt{took: []time.Duration{took, took, took}, failed: failed, first: errors.New("refused")}
	}
	for want, m := range map[string]measured{
		"":                                   {quiet: pairs(10, 0), during: pairs(30, 0)},
		"3.1 times":                          {quiet: pairs(10, 0), during: pairs(31, 0)},
		"1 of 4 honest pairs failed":         {quiet: pairs(10, 0), during: pairs(10, 1)},
		"2 honest pairs failed before":       {quiet: pairs(10, 2), during: pairs(10, 0)},
		"no pair has met: --for is too shor": {quiet: pairs(10, 0)},
	} {
		if err := m.verdict(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if got := pairs(10, 3).quantile(0.99); got != math.MaxInt64 {
		t.Errorf("the slowest of pairs that failed took %v", got)
	}
}
