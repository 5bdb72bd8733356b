package ui

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestInsightWithoutAChat asks for what needs a chat before there is one.
func TestInsightWithoutAChat(t *testing.T) {
	t.Parallel()
	session := NewSession(p2p.NewClient("http://nobody.test"), func() Language { return English }, func(Event) {})
	session.Log = inside.NewLog()
	session.UpdateLog()
	session.Vanish(time.Second)
	session.RestartICE()
	session.RelayOnly()
	if session.Relays() || session.Log.Snapshot().Search != 0 {
		t.Error("there is something without a chat")
	}
}
