//go:build !js

package p2p

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

// startProxy starts a server and a proxy in front of it.
func startProxy(t *testing.T) (direct string, proxy *faultkit.Proxy) {
	t.Helper()
	direct = startServer(t)
	return direct, faultkit.NewProxy(t, strings.TrimPrefix(direct, "http://"))
}

// onlyOnce fails unless both are in one room, nobody is left in the queue, and
// a line arrives once each way.
func onlyOnce(t *testing.T, url string, one, other found) {
	t.Helper()
	if one.err != nil || other.err != nil {
		t.Fatalf("Find: %v, %v", one.err, other.err)
	}
	if one.room.ID() != other.room.ID() {
		t.Fatalf("rooms %s and %s, want the same", one.room.ID(), other.room.ID())
	}
	if waiting, err := NewClient(url).Waiting(testContext(t)); err != nil || waiting != 0 {
		t.Errorf("%d waiting, %v, want nobody", waiting, err)
	}
	for _, pair := range [][2]*Room{{one.room, other.room}, {other.room, one.room}} {
		for _, text := range []string{"once", "and done"} {
			if err := pair[0].SendText(testContext(t), text); err != nil {
				t.Fatalf("SendText: %v", err)
			}
		}
		if got := strings.Join(texts(t, pair[1], 2), ", "); got != "once, and done" {
			t.Errorf("heard %q", got)
		}
	}
}

func TestAnAnswerLostAfterItsCallCountedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"FindMatch", "JoinRoom", "SendSignals", "ReportOutcome"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			direct, proxy := startProxy(t)
			dropped := proxy.DropAnswers("/"+method, 1)
			released := make(chan struct{}, 10)
			unlucky := find(testContext(t), t, NewClient(proxy.URL()), WithChanges(func(change Change) {
				if change.Signaling == SignalingReleased {
					released <- struct{}{}
				}
			}), func(s *settings) {
				s.stepByStep = method == "SendSignals" || method == "ReportOutcome" // or the other one may call them alone
			})
			onlyOnce(t, direct, <-find(testContext(t), t, NewClient(direct)), <-unlucky)
			for _, event := range []<-chan struct{}{dropped, released} { // released: both reports arrived
				select {
				case <-event:
				case <-testContext(t).Done():
					t.Fatal("no answer was lost, or the pair was not confirmed")
				}
			}
		})
	}
}

func TestAStreamThatHangsIsReplaced(t *testing.T) {
	t.Parallel()
	direct, proxy := startProxy(t)
	progress := newStages()
	waiting := find(testTimeout(t, 2*time.Minute), t, NewClient(proxy.URL()), progress.option())
	progress.wait(t, StageWaiting)
	began := time.Now()
	for _, connection := range proxy.Connections() {
		connection.Stall()
	}
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for again := false; !again; { // what is told from now on came over another stream
		select {
		case now := <-progress.reports:
			again = now.Stage == StageWaiting
		case <-limit.C:
			t.Fatal("the stream was not replaced")
		}
	}
	t.Logf("noticed after %v", time.Since(began))
	onlyOnce(t, direct, <-find(testContext(t), t, NewClient(direct)), <-waiting)
}

func TestAGatewayWithoutItsServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadGateway, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			direct, proxy := startProxy(t)
			proxy.SetStatus(status)
			progress := newStages()
			waiting := find(testContext(t), t, NewClient(proxy.URL()), progress.option())
			progress.wait(t, StageRetrying)
			proxy.SetStatus(0)
			progress.wait(t, StageWaiting)
			proxy.SetStatus(status)
			proxy.Cut()
			progress.wait(t, StageRetrying)
			proxy.SetStatus(0)
			progress.wait(t, StageWaiting)
			onlyOnce(t, direct, <-find(testContext(t), t, NewClient(direct)), <-waiting)
		})
	}
}

func TestASlowLineIsEnough(t *testing.T) {
	t.Parallel()
	direct, proxy := startProxy(t)
	proxy.SetDelay(100 * time.Millisecond)
	proxy.SetRate(8 << 10)
	one, other := find(testContext(t), t, NewClient(proxy.URL())), find(testContext(t), t, NewClient(proxy.URL()))
	onlyOnce(t, direct, <-one, <-other)
}
