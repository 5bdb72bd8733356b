package turnserver_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver/nattest"
)

// TestMain is also the peer in a network of TestNetworks.
func TestMain(m *testing.M) {
	if playRole() {
		return
	}
	if url := os.Getenv(nattest.Variable); url != "" {
		if browser := os.Getenv(nattest.Variable + "_BROWSER"); browser != "" {
			nattest.Browser(url, browser)
		} else {
			nattest.Peer(url)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
