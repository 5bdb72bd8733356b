//go:build !js

package e2e

import (
	"net/http"
	"testing"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// waitForPool waits until that many people wait, by the server's count.
func waitForPool(t *testing.T, url string, want uint32) {
	t.Helper()
	client := matchmakingv1connect.NewMatchmakingServiceClient(http.DefaultClient, url)
	deadline := time.After(patience)
	for {
		pool, err := client.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{})
		if err != nil {
			t.Fatalf("ask how many wait: %v", err)
		}
		if pool.GetWaiting() == want {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%d people wait, want %d", pool.GetWaiting(), want)
		case <-time.After(pollInterval):
		}
	}
}

func TestAClosedWaitingTabMeetsNobody(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	ghost, alice, bob := chrome.open(t, "ghost", server.url), chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	ghost.press("start")
	ghost.sees(ui.TextWaitingAlone)
	ghost.close()
	waitForPool(t, server.url, 0)

	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	if alice.saw(ui.TextConnecting) {
		t.Error("Alice was paired with the closed tab")
	}
	bob.press("start")
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
	alice.say("you are real")
	bob.shows(theirs("you are real")...)
	for _, tab := range []*tab{alice, bob} {
		if tab.saw(ui.TextStillLooking) {
			t.Errorf("%s met somebody else first", tab.name)
		}
	}
}

func TestAStoppedSearchMeetsNobody(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	alice.press("stop")
	alice.sees(ui.TextStopped)
	waitForPool(t, server.url, 0)
	bob.press("start")
	bob.sees(ui.TextWaitingAlone)
	if bob.saw(ui.TextConnecting) {
		t.Error("Bob was paired with a stopped search")
	}
}

func TestTheIdlePageCountsWhoWaits(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice := chrome.open(t, "Alice", server.url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	alice.waitFor("she knows she is alone", count(ui.TextCountAlone))
	bob := chrome.open(t, "Bob", server.url)
	bob.waitFor("he is told of Alice", count(ui.TextCountOne))
}

func count(text ui.Text) string {
	return `document.getElementById("count").textContent === ` + quote(text.In(ui.English))
}
