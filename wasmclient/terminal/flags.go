//go:build !js

package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// The exit codes.
const (
	exitFailed = 1 // a line was not sent, or something broke
	exitUsage  = 2 // the flags or the URL
	exitNobody = 3 // no partner came
)

type flags struct {
	URL string `arg:"" name:"URL" help:"Address of the server, such as http://localhost:8080."`

	Interests []string      `help:"What you like to talk about, the best first: people with a common interest meet first." placeholder:"A,B"`
	Pool      string        `help:"Who waits in the same pool can meet (lobby)."`
	Invite    string        `help:"Meet only people with this invite: its link or secret, or 'new' for a new one. The URL can also be the link." placeholder:"LINK"`
	Group     int           `help:"How many people the chat is for, with you: 2 to 8." default:"2" placeholder:"N"`
	Timeout   time.Duration `help:"How long to look for a partner; 0 has no bound." default:"0s" placeholder:"30s"`
	Wait      time.Duration `help:"How long the chat stays open for answers after the input has ended; 0 leaves when everything is delivered." default:"0s" placeholder:"10s"`
	JSON      bool          `name:"json" help:"Print one JSON object for each event."`
	Trace     bool          `help:"Print what happens inside: calls, descriptions, candidates and states."`
	Check     bool          `help:"Say by which ways your network lets you connect, instead of chatting."`

	invite p2p.Invite // empty: none
}

const description = `Finds a stranger and chats in the terminal: each line you write is sent, each line they write is printed. Ctrl-C, or the end of the input, says goodbye. A line that begins with a slash is a command; /help lists them, and // sends a slash.

The exit code is 1 if a line could not be sent or something broke, 2 if the flags or the URL are wrong, and 3 if nobody came.`

// usageError means that the flags cannot be used as they are.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() + " (--help explains the flags)" }
func (e *usageError) Unwrap() error { return e.err }

// check returns a *usageError for what no server can accept.
func (f *flags) check() error {
	if f.Group < 2 || f.Group > p2p.MaxGroup {
		return &usageError{fmt.Errorf("a chat is for 2 to %d people, not %d", p2p.MaxGroup, f.Group)}
	}
	if err := f.readInvite(); err != nil {
		return &usageError{err}
	}
	parsed, err := url.Parse(f.URL)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return &usageError{fmt.Errorf("%q is not a URL such as http://localhost:8080", f.URL)}
	}
	if port := parsed.Port(); port != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
			return &usageError{fmt.Errorf("%q has no such port", f.URL)}
		}
	}
	if f.Timeout < 0 || f.Wait < 0 {
		return &usageError{errors.New("a duration is below zero")}
	}
	return nil
}

// readInvite reads the invite of the flag, or of a link that is given as the URL.
func (f *flags) readInvite() (err error) {
	page, fragment, isLink := strings.Cut(f.URL, "#")
	switch {
	case f.Invite == "new":
		f.invite = p2p.NewInvite().ForGroup(f.Group)
	case f.Invite != "":
		f.invite, err = p2p.ParseInvite(f.Invite)
	case isLink:
		if f.invite, err = p2p.ParseInvite(fragment); err == nil {
			f.URL = page
		}
	}
	if f.invite != "" {
		f.Group = f.invite.GroupSize()
	}
	if f.invite != "" && (f.Pool != "" || len(f.Interests) > 0) {
		return errors.New("an invite has a pool of its own, and no interests")
	}
	return err
}

// Run chats as the arguments say, until the chat or the input is over or ctx ends. It
// returns the exit code: 0, or 1 if a line could not be sent or something broke, 2 if the
// arguments are wrong, 3 if nobody came.
func Run(ctx context.Context, args []string, stdin, stdout, stderr *os.File) int {
	var flags flags
	code := -1 // of --help
	parser, err := kong.New(&flags, kong.Name("wasmclient"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(asked int) { code = asked }))
	if err != nil {
		panic(err) // the flags above are wrong
	}
	_, err = parser.Parse(args)
	if code >= 0 {
		return code
	}
	if err != nil {
		err = &usageError{err}
	} else if err = flags.check(); err == nil {
		if flags.Check {
			err = check(ctx, flags.URL, stdout)
		} else {
			err = chatOn(ctx, flags, stdin, stdout, stderr)
		}
	}
	return complain(stderr, flags.URL, err)
}

// complain prints why the program ends and returns its exit code.
func complain(stderr io.Writer, url string, err error) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return 0
	}
	fmt.Fprintln(stderr, "wasmclient:", harmless(err.Error()))
	var usage *usageError
	var ended *p2p.EndedError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errNobody):
		return exitNobody
	case errors.As(err, &ended) && ended.Reason == p2p.ReasonConnectFailed:
		fmt.Fprintf(stderr, "What your network lets through: go run ./wasmclient --check %s\n", url)
	}
	return exitFailed
}

// chatOn chats with the line editor if a person sits at the terminal, and otherwise with
// plain lines.
func chatOn(ctx context.Context, flags flags, stdin, stdout, stderr *os.File) error {
	if flags.JSON || !isTerminal(stdin) || !isTerminal(stdout) {
		return chat(ctx, flags, stdin, stdout, stderr)
	}
	state, err := term.MakeRaw(int(stdin.Fd()))
	if err != nil {
		return chat(ctx, flags, stdin, stdout, stderr)
	}
	defer term.Restore(int(stdin.Fd()), state) //nolint:errcheck // the terminal is gone
	editor := newEditor(stdin, stdout, func() int {
		width, _, err := term.GetSize(int(stdout.Fd()))
		if err != nil || width == 0 {
			return 80
		}
		return width
	})
	printer := &editorPrinter{editor: editor, colors: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if !isTerminal(stderr) {
		printer.status = stderr
	}
	defer editor.close()
	return converse(ctx, flags, editor, printer)
}

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// converse chats with a person who writes in the editor.
func converse(ctx context.Context, flags flags, editor *editor, printer printer) error {
	session := newSession(flags, printer)
	session.interactive = true
	return session.run(ctx, func() (line, error) {
		text, err := editor.read()
		return line{text: text}, err
	})
}

// chat sends the lines of in, and prints what strangers write to out and the rest to status.
func chat(ctx context.Context, flags flags, in io.Reader, out, status io.Writer) error {
	var printer printer = &plainPrinter{out: out, status: status}
	if flags.JSON {
		printer = &jsonPrinter{out: out}
	}
	return newSession(flags, printer).run(ctx, newLineReader(in).read)
}
