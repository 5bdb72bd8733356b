//go:build !js

package examples

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// patience bounds every wait of a test.
const patience = 30 * time.Second

// build builds an example and returns the path of the program.
func build(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./"+name).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, out)
	}
	return path
}

// program is a running example.
type program struct {
	t       *testing.T
	input   io.WriteCloser
	lines   chan string // what it prints; closed at its end
	command *exec.Cmd
	wait    func() error
}

func start(t *testing.T, path string, arguments ...string) *program {
	t.Helper()
	return startIn(t, ".", path, arguments...)
}

// startIn starts a program in a folder.
func startIn(t *testing.T, folder, path string, arguments ...string) *program {
	t.Helper()
	p := &program{t: t, lines: make(chan string, 1000), command: exec.CommandContext(t.Context(), path, arguments...)}
	p.command.Dir = folder
	input, err := p.command.StdinPipe()
	output, err2 := p.command.StdoutPipe()
	p.command.Stderr = p.command.Stdout
	if err := errors.Join(err, err2, p.command.Start()); err != nil {
		t.Fatal(err)
	}
	p.input = input
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			p.lines <- lines.Text()
		}
	}()
	p.wait = sync.OnceValue(p.command.Wait)
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		_ = p.wait()
	})
	return p
}

func (p *program) says(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.input, line+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// prints reads lines until one contains text.
func (p *program) prints(text string) {
	p.t.Helper()
	var before []string
	for timeout := time.After(patience); ; {
		select {
		case line, more := <-p.lines:
			if strings.Contains(line, text) {
				return
			}
			if before = append(before, line); !more {
				p.t.Fatalf("ends without %q after\n%s", text, strings.Join(before, "\n"))
			}
		case <-timeout:
			p.t.Fatalf("does not print %q after\n%s", text, strings.Join(before, "\n"))
		}
	}
}

// person is somebody who uses the SDK.
type person struct {
	*p2p.Room
	messages chan p2p.Message // closed at the end of the room
}

func meet(t *testing.T, client *p2p.Client) *person {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	room, err := client.Find(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = room.Close() })
	p := &person{room, make(chan p2p.Message, 1000)}
	go func() {
		defer close(p.messages)
		for message, err := range room.Messages() {
			if err == nil {
				p.messages <- message
			}
		}
	}()
	return p
}

// texts returns the next texts, and fewer if the room ends.
func (p *person) texts(t *testing.T, count int) []string {
	t.Helper()
	var texts []string
	for timeout := time.After(patience); len(texts) < count; {
		select {
		case message, more := <-p.messages:
			if !more {
				return texts
			}
			if text := message.Text(); text != "" {
				texts = append(texts, text)
			}
		case <-timeout:
			t.Fatalf("only %q came", texts)
		}
	}
	return texts
}

// TestEchoBot talks to the bot with two people at once, and then switches it off.
func TestEchoBot(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	bot := start(t, build(t, "echo-bot"), url)
	for _, text := range []string{"hello", "こんにちは"} {
		ann := meet(t, p2p.NewClient(url, p2p.WithInterests("lang:ja", "lang:en"))) // as pages ask
		if err := ann.SendText(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		if got := ann.texts(t, 2); !strings.Contains(got[0], "I am a bot") || got[1] != text {
			t.Errorf("heard %q", got)
		}
		defer func() {
			if got := ann.texts(t, 2); len(got) != 1 || !strings.HasSuffix(got[0], "Goodbye!") {
				t.Errorf("heard %q at the end", got)
			}
		}()
	}
	if err := bot.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.wait(); err != nil {
		t.Error(err)
	}
}

// TestBotsPart lets the bot meet another bot: it leaves.
func TestBotsPart(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	start(t, build(t, "echo-bot"), url)
	other := meet(t, p2p.NewClient(url, p2p.WithInterests("lang:en")))
	if err := other.SendData(t.Context(), "wasmp2pchat.echo-bot", nil); err != nil {
		t.Fatal(err)
	}
	if got := other.texts(t, 100); len(got) != 1 {
		t.Errorf("heard %q, want the greeting and the end", got)
	}
}

func TestBadURL(t *testing.T) {
	t.Parallel()
	bot := start(t, build(t, "echo-bot"), "nonsense")
	bot.prints("Usage")
	if err := bot.wait(); err == nil {
		t.Error("ends without an error")
	}
}

func TestTicTacToe(t *testing.T) {
	t.Parallel()
	url, path := servermem.Start(t), build(t, "tic-tac-toe")
	ann, bob := start(t, path, url), start(t, path, url)
	ann.prints("Looking")
	if <-ann.lines == "You are O. Enter the number of a cell." {
		ann, bob = bob, ann
	}
	bob.says("1")
	bob.prints("Not your turn")
	for i, cell := range []string{"1", "4", "2", "5", "3"} {
		mover, other := ann, bob
		if i%2 == 1 {
			mover, other = bob, ann
		}
		mover.says(cell)
		if i == 1 {
			mover.says("6")
			mover.prints("Not your turn")
		}
		if i < 4 {
			other.prints([]string{"X 2 3", "O 5 6", "X X 3", "O O 6"}[i])
		}
	}
	ann.prints("You win.")
	bob.prints("You lose.")
	if err := errors.Join(ann.wait(), bob.wait()); err != nil {
		t.Error(err)
	}
}

// TestTicTacToeWithACheat sends moves that break the rules: the player leaves.
func TestTicTacToeWithACheat(t *testing.T) {
	t.Parallel()
	url, path := servermem.Start(t), build(t, "tic-tac-toe")
	for _, moves := range [][]string{{"10"}, {"-1"}, {"x"}, {""}, {strings.Repeat("1", 60_000)}, {"1", "2"}, {"5", "5"}} {
		player := start(t, path, url)
		cheat := meet(t, p2p.NewClient(url, p2p.WithPool("tic-tac-toe")))
		if cheat.Peers()[0].Slot == 0 { // the player begins
			player.says("9")
			<-cheat.messages
		}
		for _, move := range moves {
			if err := cheat.SendData(t.Context(), "tic-tac-toe", []byte(move)); err != nil && !slices.Contains(moves, "2") {
				t.Fatal(err)
			}
		}
		player.prints("the opponent cheats")
		_ = cheat.Close()
	}
}

// TestFiledrop passes a file. The receiver does not replace what it has.
func TestFiledrop(t *testing.T) {
	t.Parallel()
	url, path := servermem.Start(t), build(t, "filedrop")
	from, to := t.TempDir(), t.TempDir()
	file := filepath.Join(from, "картинка 1.png")
	content := bytes.Repeat([]byte("0123456789"), 200_000)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, saved := range []bool{true, false} { // the second time there is one already
		receiver := startIn(t, to, path, url, "a word")
		sender := start(t, path, url, "a word", file)
		if err := sender.wait(); (err == nil) != saved {
			t.Errorf("the sender ended with %v", err)
		}
		if err := receiver.wait(); (err == nil) != saved {
			t.Errorf("the receiver ended with %v", err)
		}
		if got, err := os.ReadFile(filepath.Join(to, filepath.Base(file))); err != nil || !bytes.Equal(got, content) {
			t.Errorf("saved %d bytes, %v", len(got), err)
		}
		if err := os.WriteFile(file, []byte("another file"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(to); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}
