//go:build !js

package terminal

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// lines are what was printed. Safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (l *lines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}

// TestTraceBesideTheChat talks with and without a trace, and wants the same to be heard.
func TestTraceBesideTheChat(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	listener := join(t, url, func(f *flags) { f.Trace = true })
	speaker := join(t, url, nil)
	speaker.types("a secret text\n")
	listener.sees(listener.out, "a secret text\n")
	speaker.types("/stop\n")
	if err := errors.Join(listener.ends(), speaker.ends()); err != nil {
		t.Fatal(err)
	}
	if got, want := listener.out.String(), "a secret text\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	all := listener.told.String()
	for _, want := range []string{
		`matchmaking  FindMatch \(call \d+\) is sent: {"requestId":"....… \(22 characters\)"`,
		`matchmaking  FindMatch \(call \d+\) brings {"matched":`,
		`here         has a room token of \d+ characters: {"header":{"alg":"HS256"`,
		`signaling    JoinRoom \(call \d+\) is sent: {`,
		`peer         its (offer|answer) is applied, \d+ bytes of SDP`,
		`here         ice state is connected`,
		`here         dtls state is connected`,
		`here         the data channel "chat" is open`,
		`here         has \d+ pairs of candidates, and uses host`,
		`peer         received {"bye":{"reason":"REASON_STOPPED"}}`,
		`here         closes the RTCPeerConnection \S+: peer_left`,
	} {
		if !regexp.MustCompile(`(?m)^ *\d+\.\d{3} s  ` + want).MatchString(all) {
			t.Errorf("%s is missing in\n%s", want, all)
		}
	}
	if strings.Contains(all, "a secret text") || !strings.Contains(all, "Your partner has left.") {
		t.Errorf("a text is told, or the status is not, in\n%s", all)
	}
	for line := range strings.Lines(all) {
		if length := utf8.RuneCountInString(line); length > widest+1 {
			t.Errorf("%d characters in %s", length, line)
		}
	}
}

func TestDescribeStep(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		step p2p.Trace
		want string
	}{
		{p2p.Trace{Kind: p2p.TraceCallEnded, Call: 2, Service: "signaling", Procedure: "JoinRoom", State: "canceled", Duration: 5030 * time.Millisecond}, "JoinRoom (call 2) ends after 5.03s: canceled"},
		{p2p.Trace{Kind: p2p.TraceSCTPState, State: "connected"}, "sctp state is connected"},
		{p2p.Trace{Kind: p2p.TracePairs, Pairs: make([]p2p.TracePair, 2)}, "has 2 pairs of candidates"},
		{p2p.Trace{Kind: p2p.TraceConnectionClosed, Connection: "x"}, "closes the RTCPeerConnection x"},
		{p2p.Trace{Kind: "new_kind", State: "state", JSON: "{}"}, "new_kind state {}"},
		{p2p.Trace{Kind: "new_kind", Call: 1, Procedure: "P", JSON: "{}"}, "P (call 1) new_kind {}"},
	} {
		if got := describeStep(test.step); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// TestHostileTrace lets a peer try to control the terminal.
func TestHostileTrace(t *testing.T) {
	t.Parallel()
	long := describeStep(p2p.Trace{Kind: p2p.TraceRemoteCandidate, Candidate: "\x1b[2J\n\u202e" + strings.Repeat("猫", 1000)})
	if got := shortened(harmless(long)); strings.ContainsAny(got, "\x1b\n\u202e") || utf8.RuneCountInString(got) != widest {
		t.Errorf("printed %q", got)
	}
}
