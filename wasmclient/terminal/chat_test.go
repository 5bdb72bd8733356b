//go:build !js

package terminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// patience is how long a test waits for what takes a moment.
const patience = 30 * time.Second

// person is somebody who chats without a terminal.
type person struct {
	t         *testing.T
	write     *io.PipeWriter
	out, told *lines
	result    chan error
}

// join lets somebody chat, with flags in the form of the command line.
func join(t *testing.T, url string, change func(*flags)) *person {
	t.Helper()
	flags := flags{URL: url, Group: 2}
	if change != nil {
		change(&flags)
	}
	in, write := io.Pipe()
	p := &person{t: t, write: write, out: new(lines), told: new(lines), result: make(chan error, 1)}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	go func() { p.result <- chat(ctx, flags, in, p.out, p.told) }()
	t.Cleanup(func() {
		cancel()
		_ = write.Close()
	})
	return p
}

func (p *person) types(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.write, text); err != nil {
		p.t.Fatal(err)
	}
}

// sees waits until a text was printed.
func (p *person) sees(in *lines, text string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(in.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("%q is missing in\n%s\nand\n%s", text, p.out, p.told)
		}
	}
}

// ends waits for the end and returns its error.
func (p *person) ends() error {
	p.t.Helper()
	select {
	case err := <-p.result:
		return err
	case <-time.After(patience):
		p.t.Fatalf("does not end:\n%s\n%s", p.out, p.told)
		return nil
	}
}

func TestTwoTerminalsChat(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann := join(t, url, nil) // only listens
	bob := join(t, url, nil)
	bob.types("hello\n\n  \n\x1b[2Jこんにちは\n//slash\n")
	ann.sees(ann.out, "/slash")
	bob.types("/stop\n")
	if err := errors.Join(ann.ends(), bob.ends()); err != nil {
		t.Fatal(err)
	}
	if got, want := ann.out.String(), "hello\n\ufffd[2Jこんにちは\n/slash\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	if !strings.Contains(ann.told.String(), "Your partner has left.") {
		t.Errorf("status was %q, want the partner's leaving", ann.told)
	}
}

// TestTwoPipes lets two programs send each other what a file has. One of them takes longer
// than the other, and neither loses anything.
func TestTwoPipes(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	text := func(name string, count int) string {
		var lines strings.Builder
		for i := range count {
			fmt.Fprintln(&lines, name, i)
		}
		return lines.String()
	}
	for _, test := range []struct {
		name     string
		ann, bob string
	}{
		{"a thousand lines each", text("ann", 1000), text("bob", 1000)},
		{"one has nothing to say", "", text("bob", 1000)},
		{"a burst", text("ann", 10_000), text("bob", 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pool := func(f *flags) { f.Pool = strings.ReplaceAll(test.name, " ", "-") }
			ann, bob := join(t, url, pool), join(t, url, pool)
			ann.types(test.ann)
			_ = ann.write.Close()
			time.Sleep(300 * time.Millisecond) // ann's input has ended for long
			bob.types(test.bob)
			_ = bob.write.Close()
			if err := errors.Join(ann.ends(), bob.ends()); err != nil {
				t.Fatal(err)
			}
			if ann.out.String() != test.bob || bob.out.String() != test.ann {
				t.Errorf("heard %d of %d and %d of %d bytes", len(ann.out.String()), len(test.bob), len(bob.out.String()), len(test.ann))
			}
		})
	}
}

// TestWhatCannotBeSent is refused, the chat goes on, and the program ends with an error.
func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann, bob := join(t, url, nil), join(t, url, nil)
	ann.types(strings.Repeat("x", 1<<20) + "\n" + strings.Repeat("y", 64<<10-10) + "\nbefore\xff\n/nonsense\n/help\nafter\n")
	bob.sees(bob.out, "after\n")
	_ = ann.write.Close()
	_ = bob.write.Close()
	if err := ann.ends(); err == nil || err.Error() != "not sent: 4 lines" {
		t.Errorf("ended with %v, want 4 lines that were not sent", err)
	}
	if err := bob.ends(); err != nil {
		t.Error(err)
	}
	if got := bob.out.String(); got != "after\n" {
		t.Errorf("heard %d bytes, want one line", len(got))
	}
	for _, want := range []string{"not UTF-8", "there is no command /nonsense", "/block"} {
		if !strings.Contains(ann.told.String(), want) {
			t.Errorf("%q is missing in\n%s", want, ann.told)
		}
	}
}

// TestPartnerLeavesBeforeTheEnd: the lines that are still to come were not sent.
func TestPartnerLeavesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann, bob := join(t, url, nil), join(t, url, nil)
	ann.types("hello\n")
	bob.sees(bob.out, "hello")
	go func() { // there is always another line, however late the end is noticed
		for {
			if _, err := io.WriteString(ann.write, "still there?\n"); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	bob.types("/stop\n")
	if err := ann.ends(); err == nil || errors.Is(err, errBroken) {
		t.Errorf("ended with %v, want lines that were not sent or received", err)
	}
	if err := bob.ends(); err != nil {
		t.Error(err)
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	ann := join(t, servermem.Start(t), func(f *flags) { f.Timeout = 200 * time.Millisecond })
	ann.types("hello\n")
	if err := ann.ends(); !errors.Is(err, errNobody) {
		t.Errorf("ended with %v, want %v", err, errNobody)
	}
}

func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	told := new(lines)
	flags := flags{URL: servermem.Start(t), Group: 2, Timeout: 300 * time.Millisecond}
	if err := chat(t.Context(), flags, iotest.ErrReader(io.ErrClosedPipe), io.Discard, told); err == nil {
		t.Error("ended without an error")
	}
	if !strings.Contains(told.String(), "Not sent: the input broke: io: read/write on closed pipe.") {
		t.Errorf("told\n%s", told)
	}
}

// TestWait keeps the chat open for an answer after the input has ended.
func TestWait(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann, bob := join(t, url, func(f *flags) { f.Wait = patience }), join(t, url, nil)
	ann.types("a question\n")
	_ = ann.write.Close()
	bob.sees(bob.out, "a question")
	time.Sleep(quiet + 500*time.Millisecond) // bob thinks for longer than receipts are waited for
	bob.types("an answer\n")
	_ = bob.write.Close() // so nothing more can come
	if err := errors.Join(ann.ends(), bob.ends()); err != nil {
		t.Fatal(err)
	}
	if got := ann.out.String(); got != "an answer\n" {
		t.Errorf("heard %q", got)
	}
}

// TestWaitIsABound: a partner whose pipe does not end is not waited for any longer.
func TestWaitIsABound(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann, bob := join(t, url, func(f *flags) { f.Wait = 300 * time.Millisecond }), join(t, url, nil)
	ann.types("hello\n")
	_ = ann.write.Close()
	if err := errors.Join(ann.ends(), bob.ends()); err != nil {
		t.Fatal(err)
	}
	if got := bob.out.String(); got != "hello\n" {
		t.Errorf("heard %q", got)
	}
}

func TestNextAndBlock(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann := join(t, url, nil)
	ann.sees(ann.told, "Waiting")
	bob := join(t, url, nil)
	ann.sees(ann.told, "Connected")
	bob.sees(bob.told, "Connected")
	ann.types("/who\n/next\n")
	ann.sees(ann.told, "partner, slot 1: direct")
	if err := bob.ends(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(bob.told.String(), "looks for somebody else") {
		t.Errorf("told %q", bob.told)
	}
	carl := join(t, url, nil)
	carl.sees(carl.told, "Connected")
	ann.types("hello carl\n")
	carl.sees(carl.out, "hello carl")
	ann.types("/block\n")
	if err := errors.Join(ann.ends(), carl.ends()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(ann.told.String(), "Blocked") {
		t.Errorf("told %q", ann.told)
	}
}

// TestHostilePartner sends what no program of ours sends: only texts are shown.
func TestHostilePartner(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann := join(t, url, nil)
	room, err := p2p.NewClient(url).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer room.Close()
	ids := slices.Repeat([]string{"", "no such id"}, 2000)
	for range 20 {
		for _, content := range []p2p.Content{
			p2p.Data{Type: inputType, Value: []byte(inputEnd)}, p2p.Data{Type: inputType, Value: []byte("nonsense")}, p2p.Data{},
			p2p.Receipt{MessageIDs: ids}, p2p.Text{}, p2p.Typing{}, p2p.Presence{Hidden: true}, p2p.FileChunk{OfferID: "none"},
		} {
			if _, err := room.Send(t.Context(), content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := room.SendText(t.Context(), "a\r\x1b[1Ab"); err != nil {
		t.Fatal(err)
	}
	ann.sees(ann.out, "b\n")
	ann.types("/trace\n/trace\n/stop\n")
	if err := ann.ends(); err != nil {
		t.Error(err)
	}
	if got := ann.out.String(); got != "a\ufffd\ufffd[1Ab\n" {
		t.Errorf("heard %q", got)
	}
	if told := ann.told.String(); !strings.Contains(told, "The trace is on.\n") || !strings.Contains(told, "The trace is off.\n") {
		t.Errorf("told\n%s", told)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	three := func(f *flags) { f.Group = 3 }
	ann, bob, carl := join(t, url, three), join(t, url, three), join(t, url, three)
	carl.types("hello all\n")
	for _, listener := range []*person{ann, bob} {
		listener.sees(listener.out, ": hello all\n")
		if !strings.HasPrefix(listener.out.String(), "person ") {
			t.Errorf("heard %q", listener.out)
		}
	}
	_ = ann.write.Close()
	_ = bob.write.Close()
	_ = carl.write.Close()
	if err := errors.Join(ann.ends(), bob.ends(), carl.ends()); err != nil {
		t.Error(err)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	ann := join(t, url, func(f *flags) { f.JSON, f.Trace = true, true })
	bob := join(t, url, nil)
	bob.types("\u009b2J \"quoted\" \u202e\n")
	ann.sees(ann.out, `\"quoted\"`)
	_ = ann.write.Close()
	_ = bob.write.Close()
	if err := errors.Join(ann.ends(), bob.ends()); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(ann.out.String(), "\u009b\u202e") {
		t.Error("a stranger can control the terminal")
	}
	types := map[string]event{}
	for row := range strings.Lines(ann.out.String()) {
		var event event
		decoder := json.NewDecoder(strings.NewReader(row))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&event); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		types[event.Type+" "+event.State] = event
	}
	if got := types["message "]; got.Text != "\u009b2J \"quoted\" \u202e" || got.Slot == nil || got.ID == "" {
		t.Errorf("message %+v", got)
	}
	if got := types["state connected"]; got.Room == "" || len(got.Slots) != 1 {
		t.Errorf("connected %+v", got)
	}
	if got := types["trace "]; got.Trace == nil || got.Trace.Kind == "" {
		t.Errorf("trace %+v", got)
	}
	if types["state searching"].Text != "" {
		t.Error("a state has words, too")
	}
}
