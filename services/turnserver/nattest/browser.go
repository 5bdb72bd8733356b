//go:build linux

package nattest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/roundtrips"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/e2e/marionette"
)

// window is the page in a browser.
type window interface {
	Evaluate(expression string, result any) error
}

// remember keeps the connections of a page, so that their path can be read.
const remember = `(() => {
	const connections = window.connections = [];
	const Original = RTCPeerConnection;
	window.RTCPeerConnection = class extends Original {
		constructor(configuration) { super(configuration); connections.push(this); }
	};
})()`

// path gives the types of the candidates in use.
const path = `(async () => {
	for (const connection of connections) {
		const stats = [...(await connection.getStats()).values()];
		const pair = stats.find((one) => one.type === "candidate-pair" && one.state === "succeeded" && one.nominated);
		const typeOf = (id) => stats.find((one) => one.id === id)?.candidateType;
		if (pair) return { Local: typeOf(pair.localCandidateId), Remote: typeOf(pair.remoteCandidateId) };
	}
	return {};
})()`

// Browser is Peer in the page of a browser: chromium or firefox.
func Browser(url, browser string) {
	met, stop := meetInBrowser(url, browser)
	_ = json.NewEncoder(os.Stdout).Encode(met)
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
}

func openBrowser(ctx context.Context, url, browser string) (window, func(), error) {
	if browser == "firefox" {
		firefox, err := marionette.Start(ctx)
		if err != nil {
			return nil, func() {}, err
		}
		opened, err := firefox.Open(url)
		return opened, firefox.Close, err
	}
	chromium, err := roundtrips.NewBrowser(ctx, chromedp.Flag("ignore-certificate-errors", true))
	if err != nil {
		return nil, func() {}, err
	}
	opened, err := chromium.Open(url, "true") //nolint:contextcheck // the browser has it
	return opened, chromium.Close, err
}

func meetInBrowser(url, browser string) (met Met, stop func()) {
	page, stop, err := openBrowser(context.Background(), url, browser)
	if err != nil {
		return Met{Error: err.Error()}, stop
	}
	hide := `1`
	if os.Getenv(Variable+"_RELAY") != "" {
		if err := until(page, `!document.getElementById("hide").disabled`); err != nil {
			return Met{Error: err.Error()}, stop
		}
		hide = `document.getElementById("hide").click()`
	}
	text := "hello from " + strconv.Itoa(os.Getpid())
	var began time.Time
	for _, step := range []struct {
		wait, then string
		done       func()
	}{
		{`document.getElementById("interest-music")?.disabled === false`, remember, nil},
		{`true`, hide, nil},
		{`true`, `document.getElementById("start").click()`, func() { began = time.Now() }},
		{`document.getElementById("status").textContent.startsWith("Nobody here yet") || !document.getElementById("input").disabled`, `1`, func() { fmt.Println("waiting") }}, //nolint:forbidigo // to the test
		{`!document.getElementById("input").disabled`, `1`, func() { met.Took = time.Since(began) }},
		{`true`, `(() => {
			const input = document.getElementById("input");
			input.value = ` + strconv.Quote(text) + `;
			input.dispatchEvent(new Event("input"));
		})()`, nil},
		{`!document.getElementById("send").disabled`, `document.getElementById("send").click()`, nil},
		{`document.getElementById("messages").textContent.split("hello from").length > 2`, `1`, nil},
	} {
		if err := until(page, step.wait); err != nil {
			return Met{Error: err.Error()}, stop
		}
		if err := page.Evaluate("void "+step.then, nil); err != nil {
			return Met{Error: err.Error()}, stop
		}
		if step.done != nil {
			step.done()
		}
	}
	if err := page.Evaluate(path, &met); err != nil {
		met.Error = err.Error()
	}
	return met, stop
}

func until(page window, condition string) error {
	for range 600 {
		var holds bool
		if err := page.Evaluate(condition, &holds); err != nil {
			return err
		}
		if holds {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("waited for %s", condition)
}
