//go:build !js

package e2e

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/hostile"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// These bound what an attack of attackFor costs the page.
const (
	attackFor   = time.Second
	mostPackets = 1000
	mostHeap    = 64 << 20  // of JavaScript, more than before
	mostWasm    = 128 << 20 // more than before
	mostNodes   = 5 * ui.MaxMessages
)

// TestHostileSignalsAndThePage lets a hostile peer attack a page before there is
// a chat: STOP and START work meanwhile, and what it costs is bounded.
func TestHostileSignalsAndThePage(t *testing.T) {
	t.Parallel()
	victim := newVictim(t)
	defer victim.meets(t)
	for _, attack := range hostile.Signals() {
		t.Run(attack.Name, func(t *testing.T) {
			victim.meets(t)
			match := hostile.Wait(t, victim.server.url, englishInterest)
			victim.begins()
			peer := match.Enter(victim.strangers.addresses)
			victim.attacked(attack, peer)
			victim.chatsAgain()
		})
	}
}

// TestHostileChatsAndThePage lets a hostile peer attack a page in a chat. Chromium hands over
// what has come before the page can answer, for seconds where short texts come. No other test
// runs beside it. After each attack comes a chat: the next one that is attacked, or the last.
// With -short it leaves out the attacks through the server, which the test above has before
// a chat and package p2p during one.
func TestHostileChatsAndThePage(t *testing.T) {
	victim := newVictim(t)
	attacks := hostile.Messages()
	if !testing.Short() {
		attacks = append(attacks, hostile.Signals()...)
	}
	for _, attack := range attacks {
		t.Run(attack.Name, func(t *testing.T) {
			victim.meets(t)
			peer := victim.chat()
			peer.Say("before the attack")
			victim.shows(theirs("before the attack")...)
			victim.attacked(attack, peer)
		})
	}
	victim.meets(t)
	victim.chatsAgain()
}

// TestFalseByesAndThePage lets a partner say goodbye and go on: the page shows
// what was said before, and NEXT works.
func TestFalseByesAndThePage(t *testing.T) {
	t.Parallel()
	victim := newVictim(t)
	peer := victim.chat()
	peer.Say("goodbye")
	peer.Bye()
	for attempt := range uint32(3) {
		peer.Say("I am still here")
		peer.Bye()
		peer.Rejoin(attempt + 1)
	}
	victim.sees(ui.TextPeerLeft)
	victim.shows(theirs("goodbye")...)
	victim.chatsAgain()
}

// TestSilenceAndThePage lets a partner vanish without a word, from the server
// too: the page says so in the documented time, and NEXT works.
func TestSilenceAndThePage(t *testing.T) {
	t.Parallel()
	victim := newVictim(t)
	peer := victim.chat()
	peer.Ping()
	peer.Say("hello")
	victim.shows(theirs("hello")...)
	peer.Vanish()
	peer.Unlisten()
	victim.sees(ui.TextInterrupted)
	victim.sees(ui.TextPeerGone)
	victim.chatsAgain()
}

// victim is a page with a hostile partner.
type victim struct {
	*tab
	server    program
	strangers *strangers
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	// All come from one address here, and its limits are not what is tested.
	server := serve(t, "--limits", "off")
	v := &victim{englishBrowser(t).newTab(t, "the victim"), server, newStrangers(t)}
	v.do("watch the memory", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `for (const name of ["instantiate", "instantiateStreaming"]) {
			const original = WebAssembly[name];
			WebAssembly[name] = async (...all) => {
				const result = await original.apply(WebAssembly, all);
				window.wasmMemory = (result.instance ?? result).exports.mem;
				return result;
			};
		}`,
	}))
	v.do("watch the performance", call(performance.Enable, performance.EnableParams{}))
	v.load(server.url)
	return v
}

// meets begins another test with the page.
func (v *victim) meets(t *testing.T) {
	v.t = t
	v.strangers.packets.Store(0)
}

// chat opens a chat with a hostile peer.
func (v *victim) chat() *hostile.Peer {
	v.t.Helper()
	match := hostile.Wait(v.t, v.server.url, englishInterest)
	v.begins()
	peer := match.Enter(v.strangers.addresses)
	peer.Connect()
	v.sees(ui.TextConnected)
	return peer
}

// attacked bounds what an attack costs, and stops during it.
func (v *victim) attacked(attack hostile.Attack, peer *hostile.Peer) {
	v.t.Helper()
	before := v.costs()
	end := attack.Start(peer)
	time.Sleep(attackFor)
	began := time.Now()
	after := v.costs()
	answered := time.Since(began)
	shown := read[int](v.tab, `document.querySelectorAll(".message").length`)
	if !read[bool](v.tab, `document.getElementById("stop").hidden`) { // the attack has not ended the chat
		v.press("stop")
		v.sees(ui.TextStopped)
	}
	stopped := time.Since(began)
	end()
	v.t.Logf("%d signals; %d packets to strangers; %d messages shown; heap %+d KB, Wasm %+d KB, %d elements, %v busy of %v; answered after %v, stopped after %v",
		peer.Signals(), v.strangers.packets.Load(), shown, (after.heap-before.heap)>>10, (after.wasm-before.wasm)>>10, after.nodes,
		after.busy-before.busy, attackFor+answered, answered, stopped)
	if got := v.strangers.packets.Load(); got > mostPackets {
		v.t.Errorf("%d packets to strangers, want %d at most", got, mostPackets)
	}
	if shown > ui.MaxMessages {
		v.t.Errorf("%d messages are shown, want %d at most", shown, ui.MaxMessages)
	}
	if after.nodes > mostNodes {
		v.t.Errorf("the page has %d elements, want %d at most", after.nodes, mostNodes)
	}
	if grown := after.heap - before.heap; grown > mostHeap {
		v.t.Errorf("the heap grew by %d MB, want %d at most", grown>>20, mostHeap>>20)
	}
	if grown := after.wasm - before.wasm; grown > mostWasm {
		v.t.Errorf("the memory of Wasm grew by %d MB, want %d at most", grown>>20, mostWasm>>20)
	}
}

// chatsAgain opens another chat, and says and hears something.
func (v *victim) chatsAgain() {
	v.t.Helper()
	match := hostile.Wait(v.t, v.server.url, englishInterest)
	v.begins()
	v.says(match)
}

func (v *victim) says(match *hostile.Match) {
	v.t.Helper()
	peer := match.Enter(v.strangers.addresses)
	peer.Connect()
	v.sees(ui.TextConnected)
	peer.Say("hello again")
	v.shows(theirs("hello again")...)
	v.press("stop")
	v.sees(ui.TextStopped)
	v.poll("the peer hears goodbye", peer.HeardBye)
}

// costs are what a page takes.
type costs struct {
	heap, wasm int64 // bytes
	nodes      int
	busy       time.Duration
}

func (v *victim) costs() costs {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, func(ctx context.Context, target *chromedp.Target) (performance.GetMetricsResult, error) {
		return cdp.Call(ctx, target, performance.GetMetrics, cdp.Empty{})
	})
	if err != nil {
		v.t.Fatalf("read the performance: %v\n%s", err, v.describe())
	}
	got := costs{wasm: read[int64](v.tab, `wasmMemory.buffer.byteLength`), nodes: read[int](v.tab, `document.querySelectorAll("*").length`)}
	for _, metric := range result.Metrics {
		switch metric.Name {
		case "JSHeapUsedSize":
			got.heap = int64(metric.Value)
		case "TaskDuration":
			got.busy = time.Duration(metric.Value * float64(time.Second)).Round(time.Millisecond)
		}
	}
	return got
}

// strangers count the packets they get. They are at all addresses of this
// machine, of which there are many.
type strangers struct {
	net.PacketConn
	packets atomic.Int64
}

func newStrangers(t *testing.T) *strangers {
	t.Helper()
	socket, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &strangers{PacketConn: socket}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for packet := make([]byte, 1500); ; s.packets.Add(1) {
			if _, _, err := socket.ReadFrom(packet); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = socket.Close()
		<-ended
	})
	return s
}

func (s *strangers) addresses(number int) (address string, port int) {
	return fmt.Sprintf("127.1.%d.%d", number>>8&255, number&255), s.LocalAddr().(*net.UDPAddr).Port
}
