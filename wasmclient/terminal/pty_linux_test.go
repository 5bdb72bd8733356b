package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
)

// openTerminal opens a pseudoterminal of 40 columns: the side of the person, and that of
// the program.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("open a pseudoterminal: %v", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	control, err := person.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var number int
	err = control.Control(func(descriptor uintptr) {
		number, err = unix.IoctlGetInt(int(descriptor), unix.TIOCGPTN)
		if err == nil {
			err = unix.IoctlSetPointerInt(int(descriptor), unix.TIOCSPTLCK, 0)
		}
		if err == nil {
			err = unix.IoctlSetWinsize(int(descriptor), unix.TIOCSWINSZ, &unix.Winsize{Row: 20, Col: 40})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

// TestAtATerminal lets a person at a real terminal chat with the line editor: two chats with
// commands between them, hostile partners, and the terminal as it was at the end.
func TestAtATerminal(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	keyboard, terminal := openTerminal(t)
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	command, _, _ := program(t, url)
	command.Stdin, command.Stdout, command.Stderr = terminal, terminal, terminal
	command.Env = append(os.Environ(), "NO_COLOR=1")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	all := new(lines)
	go io.Copy(all, keyboard) //nolint:errcheck // ends with the test
	ann := &person{t: t, out: all, told: all}
	press := func(keys string) {
		t.Helper()
		if _, err := io.WriteString(keyboard, keys); err != nil {
			t.Fatal(err)
		}
	}
	ann.sees(all, "* Waiting")
	press("too early\r")
	ann.sees(all, "* Not sent: nobody is here.")

	bob := join(t, url, nil)
	ann.sees(all, "* Connected.")
	press("half a")
	ann.sees(all, "> half a")
	bob.types("\x1b]0;title\a> fake " + strings.Repeat("word ", 20) + "\n")
	ann.sees(all, "partner: \ufffd]0;title\ufffd> fake word word\r\n         word word")
	ann.sees(all, "word\r\n> half a")
	press(" line\r")
	bob.sees(bob.out, "half a line\n")
	press("/next\r")
	if err := bob.ends(); err != nil {
		t.Error(err)
	}

	all.reset()
	carl := join(t, url, nil)
	carl.sees(carl.told, "Connected")
	ann.sees(all, "* Connected.")
	press("/who\r")
	ann.sees(all, "* partner, slot ")
	press("hello carl\r")
	carl.sees(carl.out, "hello carl")
	carl.types("/stop\n")
	ann.sees(all, "* /next looks for somebody else;")
	press("\x04")
	if got := code(t, command.Wait()); got != exitFailed { // "too early"
		t.Errorf("exit code %d; shown\n%s", got, all)
	}
	if strings.Contains(all.String(), "\x1b]") || strings.Contains(all.String(), "\a") || strings.Contains(all.String(), "Perhaps") {
		t.Errorf("a partner controls the terminal: %q", all)
	}
	if after, err := term.GetState(int(terminal.Fd())); err != nil || *after != *before {
		t.Errorf("the terminal is left as %+v (%v), want %+v", after, err, before)
	}
}
