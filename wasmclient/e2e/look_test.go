//go:build !js

package e2e

import (
	"fmt"

	"github.com/chromedp/cdproto/emulation"
)

// resize makes the window that of a screen.
func (tab *tab) resize(width, height int64) {
	tab.t.Helper()
	tab.do("resize", call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 1000,
	}))
}

// emulate sets media features, by name and value in turn, and the others back to those of the browser.
func (tab *tab) emulate(features ...string) {
	tab.t.Helper()
	var list []*emulation.MediaFeature
	for i := 0; i < len(features); i += 2 {
		list = append(list, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	tab.do("emulate media features", call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: list}))
}

// schemes are those of colors.
var schemes = []string{"light", "dark"}

func (tab *tab) scheme(name string) {
	tab.t.Helper()
	tab.emulate("prefers-color-scheme", name)
}

// chooses chooses one of the settings, in the dialog.
func (tab *tab) chooses(setting, value string) {
	tab.t.Helper()
	tab.press("settings-open")
	tab.do("choose "+value, click(fmt.Sprintf(`#settings-dialog [name=%s][value="%s"]`, setting, value)))
	tab.press("settings-close")
}
