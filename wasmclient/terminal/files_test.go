//go:build !js

package terminal

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
)

// TestTerminalsPassFiles lets one terminal send a file and then end, and another one save it
// under a name that is taken.
func TestTerminalsPassFiles(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	content := make([]byte, 3_000_000)
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	sent, saved := filepath.Join(t.TempDir(), "my file.bin"), t.TempDir()
	if err := os.WriteFile(sent, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(saved, "my file.bin"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	sender := join(t, url, nil)
	sender.types("/send " + sent + "\n") // before anybody is here
	_ = sender.write.Close()
	receiver := join(t, url, nil)
	receiver.sees(receiver.told, "partner offers my file.bin (3.0 MB): /accept 1")
	receiver.types("/accept 1 \"" + saved + "\"\n")
	_ = receiver.write.Close()
	if err := errors.Join(sender.ends(), receiver.ends()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(sender.told.String(), "Sent my file.bin.") || !strings.Contains(receiver.told.String(), "my file (1).bin") {
		t.Errorf("told %q and %q", sender.told, receiver.told)
	}
	if got, err := os.ReadFile(filepath.Join(saved, "my file (1).bin")); err != nil || !bytes.Equal(got, content) {
		t.Errorf("saved %d bytes, %v", len(got), err)
	}
	if got, _ := os.ReadFile(filepath.Join(saved, "my file.bin")); string(got) != "mine" {
		t.Error("a file was overwritten")
	}
	if left, _ := filepath.Glob(filepath.Join(saved, "*.part")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestADeclinedFile makes the sender's exit code 1.
func TestADeclinedFile(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	sent := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(sent, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	sender, receiver := join(t, url, nil), join(t, url, nil)
	sender.types("/send '" + sent + "'\n/send /does/not/exist\n")
	receiver.sees(receiver.told, "offers a")
	receiver.types("/accept 7\n/decline\n")
	sender.sees(sender.told, "a was declined.")
	_ = sender.write.Close()
	_ = receiver.write.Close()
	if err := sender.ends(); err == nil || err.Error() != "not sent: 2 lines" {
		t.Errorf("the sender ended with %v", err)
	}
	if err := receiver.ends(); err == nil || !strings.Contains(receiver.told.String(), "/accept: no such offer") {
		t.Errorf("the receiver ended with %v, told %q", err, receiver.told)
	}
	if !strings.Contains(sender.told.String(), "/send: open /does/not/exist") {
		t.Errorf("told %q", sender.told)
	}
}

func TestNumberAndPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rest   string
		number int
		path   string
	}{
		{"", 0, ""},
		{"3", 3, ""},
		{"3 /a b", 3, "/a b"},
		{`2 "a b"`, 2, "a b"},
		{"a b", 0, "a b"},
		{"'", 0, "'"},
	} {
		if number, path := numberAndPath(test.rest); number != test.number || path != test.path {
			t.Errorf("%q: %d, %q, want %d, %q", test.rest, number, path, test.number, test.path)
		}
	}
}

func TestFileSinkIsDiscarded(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	sink, err := newFileSink(folder, "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Write([]byte("half")); err != nil {
		t.Error(err)
	}
	sink.Discard()
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[uint64]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 123_456: "123 KB", 2_000_000_000: "2.0 GB", 1 << 63: "9223372 TB"} {
		if got := size(bytes); got != want {
			t.Errorf("%d is %q, want %q", bytes, got, want)
		}
	}
	if got, want := progressLine("a", 11_000_000, 6_000_000, 21_000_000), "a: 11.0 MB of 21.0 MB, 1.0 MB/s, 10s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
