package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// settingsKey names the settings in the browser's storage.
const settingsKey = "wasmp2pchat.settings"

// alerts play a sound and show notifications. Where the browser cannot, they do nothing.
type alerts struct {
	audio js.Value // an AudioContext; undefined: not needed yet
	shown js.Value // the last Notification; undefined: none
}

// storedSettings returns the settings of an earlier visit, as far as the browser has kept them,
// and still allows what they ask for.
func storedSettings() (settings ui.Settings) {
	settings = ui.ParseSettings(remembered(settingsKey))
	granted := false
	_ = try(func() { granted = js.Global().Get("Notification").Get("permission").String() == "granted" })
	settings.Notify = settings.Notify && granted
	return settings
}

func storeSettings(settings ui.Settings) { remember(settingsKey, settings.String()) }

// remembered returns what the browser has stored, or "": it may have no storage.
func remembered(key string) (value string) {
	_ = try(func() {
		if stored := storage().Call("getItem", key); stored.Type() == js.TypeString {
			value = stored.String()
		}
	})
	return value
}

// remember stores a value, if the browser lets it.
func remember(key, value string) {
	_ = try(func() { storage().Call("setItem", key, value) })
}

// storage returns the browser's storage. Where it is not allowed, getting the property throws,
// which only Call turns into a panic that Go can recover from.
func storage() js.Value {
	return js.Global().Get("Reflect").Call("get", js.Global(), "localStorage")
}

// askToNotify asks the person, and returns whether the page may notify.
func askToNotify() bool {
	answer, err := domjs.Await(func() js.Value { return js.Global().Get("Notification").Call("requestPermission") })
	return err == nil && answer.Type() == js.TypeString && answer.String() == "granted"
}

// alert returns an error if the browser cannot notify.
func (a *alerts) alert(ways ui.Settings, text string) error {
	if ways.Sound {
		_ = try(a.play)
	}
	if !ways.Notify {
		return nil
	}
	return try(func() {
		// One notification takes the place of the last.
		options := map[string]any{"body": text, "tag": "wasmp2pchat"}
		a.shown = js.Global().Get("Notification").New("WasmP2PChat", options)
		// The callback is the browser's own function: there is nothing to release.
		a.shown.Set("onclick", js.Global().Get("focus"))
	})
}

// play plays a short tone of 880 Hz that fades.
func (a *alerts) play() {
	if a.audio.IsUndefined() {
		a.audio = js.Global().Get("AudioContext").New()
	}
	a.audio.Call("resume")
	now := a.audio.Get("currentTime").Float()
	tone, volume := a.audio.Call("createOscillator"), a.audio.Call("createGain")
	tone.Get("frequency").Set("value", 880)
	loudness := volume.Get("gain")
	loudness.Set("value", 0.15)
	loudness.Call("setTargetAtTime", 0, now, 0.1)
	tone.Call("connect", volume).Call("connect", a.audio.Get("destination"))
	tone.Call("start")
	tone.Call("stop", now+0.4)
}

// seen takes the notification away: the person sees the page.
func (a *alerts) seen() {
	if !a.shown.IsUndefined() {
		a.shown.Call("close")
		a.shown = js.Undefined()
	}
}

func try(work func()) (err error) {
	defer domjs.Catch(&err)
	work()
	return nil
}
