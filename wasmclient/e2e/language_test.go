//go:build !js

package e2e

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

func TestThePageSpeaksThePersonsLanguage(t *testing.T) {
	t.Parallel()
	server := serve(t)
	for language, want := range map[string]ui.Language{"ja": ui.Japanese, "en-US": ui.English, "fr": ui.English} {
		t.Run(language, func(t *testing.T) {
			tab := newBrowser(t, language).open(t, language, server.url)
			tab.seesIn(want, ui.TextIdle)
			english, japanese := read[string](tab, `document.querySelector("#headline [lang=en]").innerText`), read[string](tab, `document.querySelector("#headline [lang=ja]").innerText`)
			if shown := read[string](tab, `document.getElementById("headline").innerText`); shown != map[ui.Language]string{ui.English: english, ui.Japanese: japanese}[want] || shown == "" || english == japanese {
				t.Errorf("the headline says %q, of %q and %q", shown, english, japanese)
			}
			if lang := read[string](tab, `document.documentElement.lang`); lang != string(want) {
				t.Errorf("the page is marked as %q, want %q", lang, want)
			}
			tab.press("start")
			tab.seesIn(want, ui.TextWaitingAlone)
		})
	}
}

func TestAPhoneIsWideEnough(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.phone()
	alice.fits()
	connect(alice, bob)
	bob.say("averyveryveryveryveryveryveryveryveryveryveryveryverylongwordthatneverends")
	alice.shows(theirs("averyveryveryveryveryveryveryveryveryveryveryveryverylongwordthatneverends")...)
	alice.fits()
	bob.press("stop")
	alice.sees(ui.TextPeerLeft)
	alice.fits()
}
