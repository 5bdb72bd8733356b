//go:build linux

package turnserver_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/selfsigned"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver/nattest"
)

// started is a program that runs in a network until the test ends.
type started struct {
	name    string
	command *exec.Cmd
	lines   chan string // what it prints
	input   io.WriteCloser
}

func run(t testing.TB, name string, command *exec.Cmd) *started {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &started{name: name, command: command, lines: make(chan string, 100)}
	if s.input, err = command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(s.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		_ = s.input.Close()
		_ = command.Process.Signal(os.Interrupt)
		<-read
		_ = command.Wait()
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("%s:\n%s", name, &stderr)
		}
	})
	return s
}

// line returns the next line.
func (s *started) line(t testing.TB) string {
	t.Helper()
	select {
	case line, ok := <-s.lines:
		if !ok {
			t.Fatalf("%s has ended", s.name)
		}
		return line
	case <-time.After(time.Minute):
		t.Fatalf("%s says nothing", s.name)
		return ""
	}
}

// program builds the program, once for all rows.
func program(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wasmp2pchat")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../cmd/wasmp2pchat").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return path
}

// relays are the TURN servers of the matrix: that of the program, and Debian's coturn.
// Each returns the flags of the program.
var relays = map[string]relay{"embedded": embedded, "coturn": coturn}

// relay starts a TURN server, if it is not that of the program.
type relay func(testing.TB, *nattest.Lab, selfsigned.Certificate) (flags []string, server *started)

func plainEmbedded(testing.TB, *nattest.Lab, selfsigned.Certificate) (flags []string, server *started) {
	return []string{"--turn-listen", nattest.Relay + ":3478"}, nil
}

func embedded(testing.TB, *nattest.Lab, selfsigned.Certificate) (flags []string, server *started) {
	return []string{"--turn-listen", nattest.Relay + ":3478", "--turn-tls-listen", nattest.Relay + ":443"}, nil
}

func coturn(t testing.TB, lab *nattest.Lab, certificate selfsigned.Certificate) (flags []string, server *started) {
	t.Helper()
	const secret = "a secret of two"
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server = run(t, "coturn", lab.Command("net", "turnserver", "-n", "--log-file=stdout", "--simple-log", "--no-cli", "--no-dtls", "--cert="+certificate.CertFile, "--pkey="+certificate.KeyFile,
		"--listening-ip="+nattest.Relay, "--relay-ip="+nattest.Relay, "--listening-port=3478", "--tls-listening-port=443", "--use-auth-secret", "--static-auth-secret="+secret,
		"--realm=wasmp2pchat", "--min-port=49152", "--max-port=65535", "--pidfile="+file+".pid", "--userdb="+file+".db"))
	waitForPort(t, lab)
	at := nattest.Relay + ":3478"
	return []string{"--turn-secret-file", file, "--turn-url", "turn:" + at + "?transport=udp", "--turn-url", "turn:" + at + "?transport=tcp",
		"--turn-url", "turns:" + nattest.Relay + ":443?transport=tcp", "--ice-server", "stun:" + at}, server
}

// waitForPort waits until a server listens.
func waitForPort(t testing.TB, lab *nattest.Lab) {
	t.Helper()
	eventually(t, "coturn listens", func() bool {
		return lab.Command("net", "sh", "-c", "exec 3<>/dev/tcp/"+nattest.Relay+"/3478").Run() == nil ||
			lab.Command("net", "bash", "-c", "exec 3<>/dev/tcp/"+nattest.Relay+"/3478").Run() == nil
	})
}

// crossing is how two people of different homes meet.
type crossing struct {
	program  string
	relay    relay
	routers  [2]nattest.Router
	hidden   bool      // both connect by relays only
	browsers [2]string // empty: native clients
}

// crossed is a chat that is open. The one who waited is the first.
type crossed struct {
	met   [2]nattest.Met // what each says
	peers [2]*started
	relay *started // the TURN server
	again func()   // kills the program and starts it again
}

func (c crossing) open(t testing.TB) (chat crossed) {
	t.Helper()
	lab := nattest.New(t, c.routers)
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	certificate, err := selfsigned.New(t.TempDir(), net.ParseIP(nattest.Relay), net.ParseIP(nattest.Services))
	if err != nil {
		t.Fatal(err)
	}
	flags, server := c.relay(t, lab, certificate)
	url, flags := "https://"+nattest.Services, append(flags, "--token-key-file", keys)
	if c.browsers[0] == "" {
		flags = append(flags, "--listen", nattest.Services+":443", "--tls-cert", certificate.CertFile, "--tls-key", certificate.KeyFile)
	} else { // no browser of a test trusts the certificate
		url = "http://" + nattest.Services
		flags = append(flags, "--listen", nattest.Services+":80")
	}
	command := lab.Command("net", c.program, flags...)
	program := run(t, "the program", command)
	program.line(t)
	if chat.relay = server; server == nil {
		chat.relay = program
	}
	chat.again = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		run(t, "the program again", lab.Command("net", c.program, flags...)).line(t)
	}
	for i := range chat.peers {
		chat.peers[i] = run(t, nattest.Home(i+1), c.peer(t, lab, i, "="+url, certificate))
		if i == 0 && chat.peers[0].line(t) != "waiting" {
			t.Fatal("the first one does not wait")
		}
	}
	for i, peer := range chat.peers {
		line := peer.line(t)
		for line == "waiting" {
			line = peer.line(t)
		}
		if err := json.Unmarshal([]byte(line), &chat.met[i]); err != nil || chat.met[i].Error != "" {
			t.Fatalf("%s: %s, %v", nattest.Home(i+1), line, err)
		}
	}
	return chat
}

// peer returns this test program as a peer.
func (c crossing) peer(t testing.TB, lab *nattest.Lab, number int, url string, certificate selfsigned.Certificate) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := lab.Command(nattest.Home(number+1), self)
	command.Env = append(os.Environ(), nattest.Variable+url, "SSL_CERT_FILE="+certificate.CertFile, nattest.Variable+"_BROWSER="+c.browsers[number])
	if c.hidden {
		command.Env = append(command.Env, nattest.Variable+"_RELAY=on")
	}
	return command
}
