//go:build !js

package e2e

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"

// person is somebody with the page open in a browser of any kind. Where something does not
// happen in time, a method fails the test.
type person interface {
	// evaluate evaluates an expression in the page.
	evaluate(expression string)
	// holds reports whether the page fulfils a condition in JavaScript now.
	holds(condition string) bool
	// waitFor waits until the page fulfils a condition in JavaScript.
	waitFor(what, condition string)
	// sees waits for a status, in English.
	sees(status ui.Text)
	press(button string)
	// begins presses START, or NEXT after a chat.
	begins()
	// leaves presses NEXT, and once more where the page asks whether it is meant.
	leaves()
	// say sends each text as a message.
	say(texts ...string)
	// shows waits for that many messages and compares them all.
	shows(want ...line)
	// picks lets the person choose a file that a script makes.
	picks(script string)
	// savedHash returns the name and the SHA-256 of the last file that can be saved.
	savedHash() (name, hash string)
}

var (
	_ person = (*tab)(nil)
	_ person = (*fox)(nil)
)
