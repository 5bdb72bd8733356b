package files

import (
	"context"
	"encoding/json"
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

// tools are what both ways need in each page: a wait for a condition.
const tools = `(() => {
	window.showSaveFilePicker = undefined; // nobody can answer its dialog: files go into the browser's own
	window.until = (holds) => new Promise((resolve) => {
		const check = () => holds() ? resolve() : setTimeout(check, 10);
		check();
	});
})()`

// pages are two people on the page, in one browser.
type pages struct{ first, second Window }

// NewPages lets two people meet on the page.
func NewPages(first, second Window) (Pair, error) {
	for _, window := range []Window{first, second} {
		err := errors.Join(window.Evaluate(tools, nil), window.Evaluate(`until(() => document.getElementById("interest-music")?.disabled === false)`, nil),
			window.Evaluate(`document.getElementById("start").click()`, nil))
		if err != nil {
			return nil, fmt.Errorf("start: %w", err)
		}
	}
	for _, window := range []Window{first, second} {
		if err := window.Evaluate(`until(() => !document.getElementById("attach").hidden)`, nil); err != nil {
			return nil, fmt.Errorf("meet: %w", err)
		}
	}
	return &pages{first, second}, nil
}

// Pass is timed at the second person, from ACCEPT until the file is saved and its hash is
// compared.
func (p *pages) Pass(_ context.Context, size int) (time.Duration, error) {
	pick := fmt.Sprintf(`(() => {
		const data = new DataTransfer(), pick = document.getElementById("pick");
		data.items.add(new File([new Uint8Array(%d)], "zeros"));
		pick.files = data.files;
		pick.dispatchEvent(new Event("change"));
	})()`, size)
	if err := p.first.Evaluate(pick, nil); err != nil {
		return 0, fmt.Errorf("offer: %w", err)
	}
	var took float64
	err := p.second.Evaluate(`(async () => {
		const latest = () => document.querySelector(".message:last-child .file");
		await until(() => latest()?.querySelector("[data-file=accept]"));
		const began = performance.now();
		latest().querySelector("[data-file=accept]").click();
		await until(() => /done|failed/.test(latest().dataset.stage));
		if (latest().dataset.stage !== "done") throw latest().innerText;
		return performance.now() - began;
	})()`, &took)
	if err != nil {
		return 0, fmt.Errorf("accept: %w", err)
	}
	// Until the first one knows it, too.
	err = p.first.Evaluate(`until(() => document.querySelector(".message:last-child .file").dataset.stage === "done")`, nil)
	return time.Duration(took * float64(time.Millisecond)), err
}

func (*pages) Close() {}

// bareChannel is a data channel between two pages, and no protocol.
type bareChannel struct{ first, second Window }

// NewBareChannel connects two pages by a data channel of their own.
func NewBareChannel(first, second Window) (Pair, error) {
	const create = `(() => {
		window.bare = new RTCPeerConnection();
		window.gathered = new Promise((resolve) => bare.addEventListener("icecandidate", ({ candidate }) => { if (!candidate) resolve(); }));
		window.channel = bare.createDataChannel("", { negotiated: true, id: 0 });
		channel.binaryType = "arraybuffer";
		channel.bufferedAmountLowThreshold = 256 << 10;
	})()`
	const described = `.then(() => gathered).then(() => bare.localDescription.toJSON())`
	var offer, answer struct{ Type, SDP string }
	for _, window := range []Window{first, second} {
		if err := errors.Join(window.Evaluate(tools, nil), window.Evaluate(create, nil)); err != nil {
			return nil, fmt.Errorf("create a connection: %w", err)
		}
	}
	apply := func(window Window, kind, sdp, then string, result any) error {
		return window.Evaluate(fmt.Sprintf(`bare.setRemoteDescription({ type: %q, sdp: %s })`, kind, quoted(sdp))+then, result)
	}
	err := first.Evaluate(`bare.setLocalDescription()`+described, &offer)
	if err == nil {
		err = apply(second, "offer", offer.SDP, `.then(() => bare.setLocalDescription())`+described, &answer)
	}
	if err == nil {
		err = apply(first, "answer", answer.SDP, "", nil)
	}
	for _, window := range []Window{first, second} {
		if err == nil {
			err = window.Evaluate(`until(() => channel.readyState === "open")`, nil)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("connect two pages: %w", err)
	}
	return &bareChannel{first, second}, nil
}

// Pass is timed at the second page, from its first word until all has come.
func (b *bareChannel) Pass(_ context.Context, size int) (time.Duration, error) {
	send := fmt.Sprintf(`void (channel.onmessage = async () => {
		const data = new Uint8Array(%d);
		for (let sent = 0; sent < %d; sent += data.length) {
			if (channel.bufferedAmount > 1 << 20) await new Promise((resolve) => channel.addEventListener("bufferedamountlow", resolve, { once: true }));
			channel.send(data);
		}
	})`, message, size)
	if err := b.first.Evaluate(send, nil); err != nil {
		return 0, err
	}
	var took float64
	err := b.second.Evaluate(fmt.Sprintf(`new Promise((resolve) => {
		let received = 0;
		const began = performance.now();
		channel.onmessage = ({ data }) => { if ((received += data.byteLength) >= %d) resolve(performance.now() - began); };
		channel.send("go");
	})`, size), &took)
	return time.Duration(took * float64(time.Millisecond)), err
}

func (b *bareChannel) Close() {
	_ = errors.Join(b.first.Evaluate(`bare.close()`, nil), b.second.Evaluate(`bare.close()`, nil))
}

func quoted(text string) string {
	encoded, _ := json.Marshal(text) // a string is always JSON
	return string(encoded)
}
