// Package opening measures, in a browser, how long the page takes until it can be
// used, and how long a chat takes from START to the open channel, step by step.
package opening

import (
	"errors"
	"fmt"
	"time"
)

// Window is a page that is open in a browser.
type Window interface {
	// Evaluate decodes the value of an expression in JavaScript, or of the promise
	// that it is, into result, which may be nil.
	Evaluate(expression string, result any) error
}

// Steps are what happens between START and the open channel, at the side that comes
// second, in order.
var Steps = []string{"FindMatch sent", "Matched", "answer made", "JoinRoom sent", "ICE", "DTLS", "SCTP, open"}

// recorder notes when each step happens first, after the click. It stands between the
// client and the browser.
const recorder = `(() => {
	const times = window.steps = {};
	const mark = (name) => { times[name] ??= performance.now(); };
	const original = window.fetch;
	window.fetch = function (address) {
		mark(String(address).split("/").pop() + " sent");
		return original.apply(this, arguments);
	};
	const prototype = RTCPeerConnection.prototype;
	const setRemote = prototype.setRemoteDescription, setLocal = prototype.setLocalDescription;
	prototype.setRemoteDescription = function () { mark("Matched"); return setRemote.apply(this, arguments); };
	prototype.setLocalDescription = function (description) {
		const set = setLocal.apply(this, arguments);
		if (description.type === "answer") set.then(() => mark("answer made"));
		return set;
	};
	const Original = RTCPeerConnection;
	window.RTCPeerConnection = class extends Original {
		constructor(configuration) {
			super(configuration);
			this.addEventListener("iceconnectionstatechange", () => { if (/connected|completed/.test(this.iceConnectionState)) mark("ICE"); });
			this.addEventListener("connectionstatechange", () => { if (this.connectionState === "connected") mark("DTLS"); });
		}
		createDataChannel() {
			const channel = super.createDataChannel(...arguments);
			channel.addEventListener("open", () => mark("SCTP, open"));
			return channel;
		}
	};
})()`

// meet presses START, and gives when each step happened, in milliseconds after it.
const meet = `new Promise((resolve) => {
	for (const name of Object.keys(steps)) delete steps[name];
	const began = performance.now();
	const check = () => {
		if (steps["SCTP, open"] === undefined || document.getElementById("input").disabled) return setTimeout(check, 1);
		resolve(Object.fromEntries(Object.entries(steps).map(([name, at]) => [name, at - began])));
	};
	document.getElementById("start").click();
	check();
})`

const patience = time.Minute

// ready says that the client runs and shows START.
const ready = `document.getElementById("interest-music")?.disabled === false`

func waitFor(window Window, condition string) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var holds bool
		if err := window.Evaluate(condition, &holds); err != nil {
			return err
		}
		if holds {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited for %s", condition)
		}
	}
}

// Record prepares a page for Meet.
func Record(window Window) error {
	if err := waitFor(window, ready); err != nil {
		return err
	}
	return window.Evaluate(recorder, nil)
}

// Meet lets the second page start while the first one waits, and returns when each of
// Steps happened in the second one after START. Then both are as before.
func Meet(first, second Window) (map[string]time.Duration, error) {
	const press = `document.getElementById(%q).click()`
	err := first.Evaluate(fmt.Sprintf(press, "start"), nil)
	if err == nil {
		err = waitFor(first, `!document.getElementById("stop").hidden && document.getElementById("status").textContent.startsWith("Nobody here yet")`)
	}
	if err != nil {
		return nil, fmt.Errorf("let the first one wait: %w", err)
	}
	var milliseconds map[string]float64
	if err := second.Evaluate(meet, &milliseconds); err != nil {
		return nil, fmt.Errorf("let the second one start: %w", err)
	}
	if err := waitFor(first, `!document.getElementById("input").disabled`); err != nil {
		return nil, fmt.Errorf("let the first one meet: %w", err)
	}
	at := make(map[string]time.Duration, len(milliseconds))
	for name, value := range milliseconds {
		at[name] = time.Duration(value * float64(time.Millisecond))
	}
	return at, errors.Join(leave(first, second))
}

// leave brings both pages back to START. Both press STOP at the same moment, because
// who hears that the other one has left would look for others than that one from then
// on. A page that did hear it is loaded again.
func leave(windows ...Window) error {
	at := time.Now().Add(300 * time.Millisecond).UnixMilli()
	for _, window := range windows {
		if err := window.Evaluate(fmt.Sprintf(`void setTimeout(() => document.getElementById("stop").click(), %d - Date.now())`, at), nil); err != nil {
			return err
		}
	}
	for _, window := range windows {
		if err := waitFor(window, ready+` || !document.getElementById("next").hidden && document.getElementById("stop").hidden`); err != nil {
			return err
		}
		var back bool
		if err := window.Evaluate(ready, &back); err != nil {
			return err
		}
		if back {
			continue
		}
		if err := window.Evaluate(`void setTimeout(() => location.reload())`, nil); err != nil {
			return err
		}
		time.Sleep(time.Second)
		if err := Record(window); err != nil {
			return err
		}
	}
	return nil
}
