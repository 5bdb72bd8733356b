//go:build !js

package terminal

import (
	"io"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		progress p2p.Progress
		want     string
	}{
		{p2p.Progress{Stage: p2p.StageWaiting, Waiting: 3}, "Waiting for a partner; 3 here."},
		{p2p.Progress{Stage: p2p.StageWidened, Any: true}, "Nobody new so far; anybody will do now…"},
		{p2p.Progress{Stage: p2p.StageRetrying, Busy: true}, "The server is busy, trying again…"},
		{p2p.Progress{Stage: p2p.StageRetrying, Err: io.ErrUnexpectedEOF}, "The server cannot be reached, trying again: unexpected EOF"},
		{p2p.Progress{Stage: 1000}, "Looking on…"},
	} {
		if got := describe(test.progress); got != test.want {
			t.Errorf("%+v: %q, want %q", test.progress, got, test.want)
		}
	}
}

func TestDescribeChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change p2p.Change
		want   string
	}{
		{p2p.Change{State: p2p.PeerInterrupted}, "Connection interrupted, trying to reconnect…"},
		{p2p.Change{State: p2p.PeerConnected}, "Connected again."},
		{p2p.Change{State: p2p.PeerGone, Reason: p2p.ReasonPeerGone}, ""}, // the farewell says it
		{p2p.Change{Signaling: p2p.SignalingLost}, ""},
	} {
		if got := describeChange(test.change); got != test.want {
			t.Errorf("%+v: %q, want %q", test.change, got, test.want)
		}
	}
}
