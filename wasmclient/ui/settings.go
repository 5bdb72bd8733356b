package ui

import (
	"slices"
	"strings"
	"time"
)

// Settings are the ways to tell a person who does not see the page that something has come. All
// are off at first.
type Settings struct{ Sound, Notify bool }

// The words by which settings are remembered.
const (
	settingSound  = "sound"
	settingNotify = "notify"
)

// String returns what [ParseSettings] reads.
func (s Settings) String() string {
	var on []string
	if s.Sound {
		on = append(on, settingSound)
	}
	if s.Notify {
		on = append(on, settingNotify)
	}
	return strings.Join(on, " ")
}

// ParseSettings returns the settings of a text, in which words that it does not know are ignored.
func ParseSettings(text string) Settings {
	words := strings.Fields(text)
	return Settings{Sound: slices.Contains(words, settingSound), Notify: slices.Contains(words, settingNotify)}
}

// set handles what is said about the settings.
func set(state *State, event Event) []Effect {
	switch event := event.(type) {
	case Remembered:
		state.Settings = event.Settings
		return nil
	case SetSound:
		state.Settings.Sound = event.On
		if event.On { // the person hears what it is
			return []Effect{RememberSettings{state.Settings}, Alert{Ways: Settings{Sound: true}}}
		}
	case SetNotify:
		if state.NotifyRefused = false; event.On {
			return []Effect{AskToNotify{}}
		}
		state.Settings.Notify = false
	case NotifyAnswered:
		state.Settings.Notify, state.NotifyRefused = event.Granted, !event.Granted
	}
	return []Effect{RememberSettings{state.Settings}}
}

// alertEvery is how often a person is alerted at most, however much comes.
const alertEvery = 3 * time.Second

// alert alerts a person who does not see the page.
func alert(state *State, text Text) []Effect {
	again := state.alerted.IsZero() || state.Now.Sub(state.alerted) >= alertEvery
	if !state.Hidden || !again || state.Settings == (Settings{}) {
		return nil
	}
	state.alerted = state.Now
	return []Effect{Alert{state.Settings, text}}
}
