//go:build !js

package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var icons = flag.String("icons", "", "the folder of icon.svg, in which TestIcons draws the other pictures; empty: it does nothing")

// TestIcons draws what browsers and others ask for beside icon.svg, as manifest.webmanifest
// and index.html name it. Where a platform gives icons its own shape, the ground fills them.
func TestIcons(t *testing.T) {
	if *icons == "" {
		t.Skip("make icons draws them")
	}
	vector, err := os.ReadFile(filepath.Join(*icons, "icon.svg"))
	if err != nil {
		t.Fatal(err)
	}
	card, err := os.ReadFile("card.html")
	if err != nil {
		t.Fatal(err)
	}
	icon := string(vector)
	filled := strings.Replace(icon, `rx="9"`, "", 1)
	if filled == icon {
		t.Fatal("icon.svg has no round corners")
	}
	tab := newDrawingBrowser(t).newTab(t, "the drawing")
	draw := func(name, html string, width, height int64) {
		t.Helper()
		tab.resize(width, height)
		tab.do("draw "+name, chromedp.Navigate("about:blank"),
			call(emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{Color: &cdp.RGBA{}}))
		tab.evaluate(`document.documentElement.innerHTML = ` + quote(html))
		tab.do("write "+name, capture(filepath.Join(*icons, name)))
	}
	for name, size := range map[string]int64{"icon-192.png": 192, "icon-512.png": 512, "icon-maskable-512.png": 512, "icon-180.png": 180} {
		drawing := icon
		if name == "icon-maskable-512.png" || name == "icon-180.png" {
			drawing = filled
		}
		width := `width="` + strconv.FormatInt(size, 10) + `" style="display: block"`
		draw(name, `<body style="margin: 0">`+strings.Replace(drawing, "<svg", "<svg "+width, 1), size, size)
	}
	draw("card.png", strings.Replace(string(card), `id="icon">`, ">"+icon, 1), 1200, 630)
}
