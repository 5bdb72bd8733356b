//go:build !js

package p2p

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// reports records what a client reports to the server.
type reports struct {
	mu   sync.Mutex
	seen []*signalingv1.Failed
}

func (r *reports) Do(request *http.Request) (*http.Response, error) {
	if request.URL.Path == signalingv1connect.SignalingServiceReportOutcomeProcedure {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		report := new(signalingv1.ReportOutcomeRequest)
		if err := proto.Unmarshal(body, report); err == nil && report.GetFailed() != nil {
			r.mu.Lock()
			r.seen = append(r.seen, report.GetFailed())
			r.mu.Unlock()
		}
	}
	return http.DefaultClient.Do(request)
}

// cutOff makes a client use a network on which nothing arrives.
func cutOff(t *testing.T) Option {
	t.Helper()
	path := newRoute(t)
	path.isCut.Store(true)
	return path.over(t)
}

// nobody is a port of this machine on which nobody answers.
func nobody(t *testing.T) string {
	t.Helper()
	return newRoute(t).LocalAddr().String()
}

// TestDiagnosis lets people search who cannot be reached, and wants the cause, from
// Find and in the report to the server.
func TestDiagnosis(t *testing.T) {
	t.Parallel()
	noNetwork := func(s *settings) {
		s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) {
			engine.SetInterfaceFilter(func(string) bool { return false })
		})
	}
	foreign := func(c *turnserver.Config) {
		c.Secrets = func() iceserver.Secrets { return iceserver.Secrets{"another"} }
	}
	for name, test := range map[string]struct {
		serve   func(*testing.T) string
		options func(*testing.T) []Option
		want    Diagnosis
		reports *signalingv1.Failed
	}{
		"no network": {
			options: func(*testing.T) []Option { return []Option{noNetwork} },
			want:    Diagnosis{ConnectCandidates, CauseNoCandidates},
			reports: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_NO_CANDIDATES, Cause: signalingv1.Failed_CAUSE_NO_CANDIDATES},
		},
		"nothing passes": {
			options: func(t *testing.T) []Option { return []Option{cutOff(t)} },
			want:    Diagnosis{ConnectICE, CauseNoRelay},
			reports: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_ICE, Cause: signalingv1.Failed_CAUSE_NO_RELAY},
		},
		"nor to a STUN server": {
			options: func(t *testing.T) []Option {
				return []Option{cutOff(t), WithICEServers(ICEServer{URLs: []string{"stun:" + nobody(t)}})}
			},
			want:    Diagnosis{ConnectICE, CauseUDPBlocked},
			reports: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_ICE, Cause: signalingv1.Failed_CAUSE_UDP_BLOCKED},
		},
		"a relay of others": {
			serve: func(t *testing.T) string {
				url, _ := serveRelayed(t, false, foreign)
				return url
			},
			options: func(*testing.T) []Option { return []Option{WithRelayOnly()} },
			want:    Diagnosis{ConnectCandidates, CauseRelayRefused},
			reports: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_NO_CANDIDATES, Cause: signalingv1.Failed_CAUSE_RELAY_REFUSED},
		},
		"a full relay": {
			serve: func(t *testing.T) string {
				socket := newRoute(t)
				t.Cleanup(func() { _ = socket.Close() })
				taken := uint16(socket.LocalAddr().(*net.UDPAddr).Port)
				url, _ := serveRelayed(t, false, func(c *turnserver.Config) { c.RelayPorts = turnserver.Ports{From: taken, To: taken} })
				return url
			},
			options: func(*testing.T) []Option { return []Option{WithRelayOnly()} },
			want:    Diagnosis{ConnectCandidates, CauseRelayFull},
			reports: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_NO_CANDIDATES, Cause: signalingv1.Failed_CAUSE_RELAY_FULL},
		},
		"a relay that is away": {
			options: func(t *testing.T) []Option {
				return []Option{WithRelayOnly(), WithICEServers(ICEServer{URLs: []string{"turn:" + nobody(t)}, Username: "u", Credential: "c"})}
			},
			want:    Diagnosis{ConnectCandidates, CauseRelayUnreachable},
			reports: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_NO_CANDIDATES, Cause: signalingv1.Failed_CAUSE_RELAY_UNREACHABLE},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.serve == nil {
				test.serve = startServer
			}
			url := test.serve(t)
			heard := new(reports)
			hasty := withClock(func(c *timeouts) { c.connect, c.goodbye = time.Second, time.Second })
			var searches []<-chan found
			for range missesInARow + 1 { // a partner who was not reached is not met again at once
				options := append(test.options(t), hasty, WithHTTPClient(heard))
				searches = append(searches, find(testContext(t), t, NewClient(url, options...)))
			}
			for _, search := range searches {
				ended := wantReason(t, (<-search).err, ReasonConnectFailed)
				if ended.Diagnosis != test.want || !strings.Contains((&ended).Error(), test.want.Cause.String()) {
					t.Errorf("%+v, %v, want %+v", ended.Diagnosis, ended.Err, test.want)
				}
			}
			heard.mu.Lock()
			defer heard.mu.Unlock()
			if len(heard.seen) == 0 {
				t.Error("nothing was reported")
			}
			for _, report := range heard.seen {
				if !proto.Equal(report, test.reports) {
					t.Errorf("reported %v, want %v", report, test.reports)
				}
			}
		})
	}
}

// TestRelayOnlyWithoutARelay wants an end at once, because nobody else would be reached
// either.
func TestRelayOnlyWithoutARelay(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	progress := newStages()
	hidden := find(testContext(t), t, NewClient(url, WithRelayOnly()), progress.option())
	progress.wait(t, StageWaiting)
	other := find(testContext(t), t, NewClient(url))
	if ended := wantReason(t, (<-hidden).err, ReasonConnectFailed); ended.Diagnosis != (Diagnosis{ConnectCandidates, CauseNoRelay}) {
		t.Errorf("%+v", ended.Diagnosis)
	}
	together(t, other, find(testContext(t), t, NewClient(url)))
}

// TestSightings has the causes that no machine of a test brings about.
func TestSightings(t *testing.T) {
	t.Parallel()
	stun := rtc.ICEServer{URLs: []string{"stun:192.0.2.1"}}
	turn := rtc.ICEServer{URLs: []string{"turn:192.0.2.1"}}
	const host, srflx, relayed = "candidate:1 1 udp 2 192.168.1.2 5000 typ host", "candidate:1 1 udp 2 192.0.2.7 5000 typ srflx raddr 0.0.0.0 rport 0", "candidate:1 1 udp 2 192.0.2.1 5000 typ relay"
	for name, test := range map[string]struct {
		servers    []rtc.ICEServer
		candidates []string
		codes      []int
		silent     bool
		want       Cause
	}{
		"the peer is silent":              {candidates: []string{host}, silent: true, want: CausePeerSilent},
		"everything is there":             {servers: []rtc.ICEServer{stun, turn}, candidates: []string{host, srflx, relayed}, want: CauseChecksFailed},
		"no relay":                        {servers: []rtc.ICEServer{stun}, candidates: []string{host, srflx}, want: CauseNoRelay},
		"only the relay over TCP answers": {servers: []rtc.ICEServer{stun, turn}, candidates: []string{host, relayed}, codes: []int{rtc.ServerUnreachable}, want: CauseChecksFailed},
		"one relay refuses, one answers":  {servers: []rtc.ICEServer{stun, turn}, candidates: []string{host, srflx, relayed}, codes: []int{401}, want: CauseChecksFailed},
		"the relay refuses":               {servers: []rtc.ICEServer{stun, turn}, candidates: []string{host, srflx}, codes: []int{401}, want: CauseRelayRefused},
		"the relay is away":               {servers: []rtc.ICEServer{stun, turn}, candidates: []string{host, srflx}, want: CauseRelayUnreachable},
		"nothing answers":                 {servers: []rtc.ICEServer{stun, turn}, candidates: []string{host}, codes: []int{701, 701}, want: CauseUDPBlocked},
	} {
		ways, seen := rtc.Configuration{Servers: test.servers}, new(sightings)
		for _, candidate := range test.candidates {
			seen.candidate(&rtc.Candidate{Candidate: candidate})
		}
		seen.candidate(nil)
		for _, code := range test.codes {
			seen.serverError(code)
		}
		got := seen.missing(ways, !test.silent)
		if got == "" {
			got = seen.unreached(ways)
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
