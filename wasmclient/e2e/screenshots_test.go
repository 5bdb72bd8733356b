//go:build !js

package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

var screenshots = flag.String("screenshots", "", "the folder to which TestScreenshots writes; empty: it does nothing")

// screens are the sizes of windows in screenshots, in CSS pixels.
var screens = [][2]int64{{390, 844}, {844, 390}, {1280, 800}}

// lines are what two people say in a screenshot, and the names of files that they send.
type lines struct {
	asks, answers, ends []string
	picture, file       string
}

var spoken = map[ui.Language]lines{
	ui.English: {
		asks:    []string{"Hi! What song have you played too often?"},
		answers: []string{"“Plastic Love”. For about a week now 😄", "You?"},
		ends:    []string{"Anything by Khruangbin. Good for long trains.", "I am on one now, between Kyoto and Osaka."},
		picture: "window-seat.jpg", file: "songs-for-trains.zip",
	},
	ui.Japanese: {
		asks:    []string{"こんにちは!最近くり返し聴いている曲はありますか?"},
		answers: []string{"「プラスティック・ラブ」です。もう一週間くらい 😄", "そちらは?"},
		ends:    []string{"Khruangbin かな。長い電車の旅によく合います。", "ちょうど京都から大阪へ向かっているところです。"},
		picture: "車窓から.jpg", file: "電車で聴く曲.zip",
	},
}

// newDrawingBrowser starts a browser with the fonts of fonts.conf, where they are installed.
func newDrawingBrowser(t *testing.T) browser {
	t.Helper()
	fonts, err := filepath.Abs("fonts.conf")
	if err != nil {
		t.Fatal(err)
	}
	return newBrowser(t, "en-US", chromedp.Env("FONTCONFIG_FILE="+fonts))
}

// TestScreenshots writes what docs show of each state of the page.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("make screenshots writes them")
	}
	chrome := newDrawingBrowser(t)
	for language, spoken := range spoken {
		server := serve(t) // one that has not seen anybody wait
		alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
		for _, tab := range []*tab{alice, bob} {
			tab.evaluate(noPicker)
			tab.chooses("language", string(language))
		}
		snap := func(state string) { alice.snap(state, language) }
		meet := func() {
			for _, tab := range []*tab{alice, bob} {
				tab.begins()
			}
			for _, tab := range []*tab{alice, bob} {
				tab.seesIn(language, ui.TextConnected)
			}
		}
		alice.likes("music", "travel")
		bob.likes("music")
		snap("start")
		alice.press("start")
		alice.seesIn(language, ui.TextWaitingInterests)
		snap("waiting")
		alice.press("stop")
		alice.seesIn(language, ui.TextStopped)

		meet()
		converse(alice, bob, spoken)
		snap("chatting")
		exchangeFiles(alice, bob, spoken)
		snap("file")
		bob.press("stop")
		alice.seesIn(language, ui.TextPeerLeft)
		snap("left")

		alice.press("home")
		alice.press("inside-open")
		meet()
		converse(alice, bob, spoken)
		alice.waitFor("the timeline is complete", `document.querySelector('#inside .step[data-key="released"]') !== null`)
		alice.waitFor("bytes are counted", `document.getElementById("inside-bytes-zero").textContent !== ""`)
		snap("inside")
		bob.end()
		alice.end()
	}
}

func converse(alice, bob *tab, spoken lines) {
	alice.t.Helper()
	all := mine(spoken.asks...)
	alice.say(spoken.asks...)
	bob.shows(theirs(spoken.asks...)...)
	bob.say(spoken.answers...)
	all = append(all, theirs(spoken.answers...)...)
	alice.shows(all...)
	alice.say(spoken.ends...)
	alice.shows(append(all, mine(spoken.ends...)...)...)
	alice.waitFor("everything has arrived", deliveries(ui.DeliveryDelivered, len(spoken.asks)+len(spoken.ends)))
}

// view is a script that draws a picture: what is seen from a train in the evening.
const view = `(async () => {
	const canvas = Object.assign(document.createElement("canvas"), {width: 960, height: 600}), context = canvas.getContext("2d");
	const sky = context.createLinearGradient(0, 0, 0, 460);
	[["0", "#31416b"], ["0.45", "#a5678a"], ["0.8", "#f0a37a"], ["1", "#fbd9a0"]].forEach(([at, color]) => sky.addColorStop(+at, color));
	context.fillStyle = sky;
	context.fillRect(0, 0, 960, 600);
	context.fillStyle = "#fff1cf";
	context.arc(660, 350, 46, 0, 7);
	context.fill();
	[["#7d6a8f", 400, 60, 210, 1], ["#57547c", 450, 42, 150, 3], ["#343c5c", 505, 26, 95, 5], ["#1f2a3f", 560, 9, 37, 2]].forEach(([color, base, height, width, shift]) => {
		context.fillStyle = color;
		context.beginPath();
		context.moveTo(0, 600);
		for (let x = 0; x <= 960; x += 4) context.lineTo(x, base - height * (Math.sin(x / width + shift) + 0.4 * Math.sin(2.3 * x / width + shift)));
		context.lineTo(960, 600);
		context.fill();
	});
	return new File([await new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", 0.9))], %s, {type: "image/jpeg"});
})()`

// exchangeFiles lets Alice send a picture, which Bob accepts, and Bob offer a file.
func exchangeFiles(alice, bob *tab, spoken lines) {
	alice.t.Helper()
	const offered = `document.querySelector("[data-file=accept]") !== null`
	alice.picks(fmt.Sprintf(view, quote(spoken.picture)))
	bob.waitFor("the picture is offered", offered)
	bob.answers("accept")
	alice.waitFor("it is there, and shown", `document.querySelector(".file[data-stage=done] img")?.naturalWidth > 0`)
	script, _ := made(spoken.file, 48_300_000)
	bob.picks(script)
	alice.waitFor("the file is offered", offered)
}

// snap writes a screenshot of the page for each screen and scheme. The time of the messages is
// always the same, and nothing moves.
func (tab *tab) snap(state string, language ui.Language) {
	tab.t.Helper()
	tab.evaluate(`document.querySelectorAll("time").forEach(time => { time.textContent = "20:15" }); document.activeElement.blur()`)
	for _, screen := range screens {
		for _, scheme := range schemes {
			tab.resize(screen[0], screen[1])
			tab.emulate("prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
			tab.evaluate(`document.querySelectorAll("#page, #inside, #log").forEach(scroller => { scroller.scrollTop = 0 })`)
			name := fmt.Sprintf("%s-%dx%d-%s-%s.webp", state, screen[0], screen[1], scheme, language)
			tab.do("write "+name, capture(filepath.Join(*screenshots, name)))
		}
	}
}

// capture writes what the window shows, as a picture of the kind that the name ends with.
func capture(path string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		quality := int64(82)
		params := page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormat(strings.TrimPrefix(filepath.Ext(path), "."))}
		if params.Format == page.CaptureScreenshotFormatWebp {
			params.Quality = &quality
		}
		result, err := cdp.Call(ctx, target, page.CaptureScreenshot, params)
		if err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.Void{}, os.WriteFile(path, result.Data, 0o644)
	}
}
