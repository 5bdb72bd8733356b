package ui

// Key is a key pressed, in the terms of the DOM's KeyboardEvent.
type Key struct {
	Key       string // KeyboardEvent.key
	Code      int    // KeyboardEvent.keyCode
	Shift     bool
	Composing bool // KeyboardEvent.isComposing
	Repeated  bool // KeyboardEvent.repeat
}

// composingKeyCode marks a key an input method is using (W3C UI Events,
// section 8.3.3). Safari ends a composition before the Enter that confirms
// it, so isComposing alone would send a half-written Japanese sentence.
const composingKeyCode = 229

// Sends reports whether the key sends the draft: Enter, but neither
// Shift+Enter (a new line) nor the Enter that confirms a composition.
func (k Key) Sends() bool {
	return k.Key == "Enter" && !k.Shift && !k.composes()
}

// Escapes reports whether the key is Esc, neither held down nor ending a composition.
func (k Key) Escapes() bool {
	return k.Key == "Escape" && !k.Repeated && !k.composes()
}

func (k Key) composes() bool { return k.Composing || k.Code == composingKeyCode }
