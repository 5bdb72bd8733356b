// Package terminal is the chat for the terminal: flags, a line editor, commands and exit
// codes. With a pipe instead of a terminal it sends and prints plain lines, or prints
// events in JSON.
//
// One goroutine, [session.run], owns the state. Everything else posts to it.
package terminal
