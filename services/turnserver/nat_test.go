//go:build linux

package turnserver_test

import (
	"bufio"
	"encoding/json"
	"fmt"
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
	name  string
	lines chan string // what it prints
	input io.WriteCloser
}

func run(t *testing.T, name string, command *exec.Cmd) *started {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &started{name: name, lines: make(chan string, 100)}
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
func (s *started) line(t *testing.T) string {
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
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wasmp2pchat")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../cmd/wasmp2pchat").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return path
}

// relays are the TURN servers of the matrix: that of the program, and Debian's coturn.
// Each returns the flags of the program.
var relays = map[string]func(*testing.T, *nattest.Lab, selfsigned.Certificate) []string{
	"embedded": func(*testing.T, *nattest.Lab, selfsigned.Certificate) []string {
		return []string{"--turn-listen", nattest.Relay + ":3478", "--turn-tls-listen", nattest.Relay + ":443"}
	},
	"coturn": func(t *testing.T, lab *nattest.Lab, certificate selfsigned.Certificate) []string {
		const secret = "a secret of two"
		file := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "coturn", lab.Command("net", "turnserver", "-n", "--log-file=stdout", "--simple-log", "--no-cli", "--no-dtls", "--cert="+certificate.CertFile, "--pkey="+certificate.KeyFile,
			"--listening-ip="+nattest.Relay, "--relay-ip="+nattest.Relay, "--listening-port=3478", "--tls-listening-port=443", "--use-auth-secret", "--static-auth-secret="+secret,
			"--realm=wasmp2pchat", "--min-port=49152", "--max-port=65535", "--pidfile="+file+".pid", "--userdb="+file+".db"))
		waitForPort(t, lab)
		at := nattest.Relay + ":3478"
		return []string{"--turn-secret-file", file, "--turn-url", "turn:" + at + "?transport=udp", "--turn-url", "turn:" + at + "?transport=tcp",
			"--turn-url", "turns:" + nattest.Relay + ":443?transport=tcp", "--ice-server", "stun:" + at}
	},
}

// waitForPort waits until a server listens.
func waitForPort(t *testing.T, lab *nattest.Lab) {
	t.Helper()
	eventually(t, "coturn listens", func() bool {
		return lab.Command("net", "sh", "-c", "exec 3<>/dev/tcp/"+nattest.Relay+"/3478").Run() == nil ||
			lab.Command("net", "bash", "-c", "exec 3<>/dev/tcp/"+nattest.Relay+"/3478").Run() == nil
	})
}

var (
	cone      = nattest.Router{Name: "cone"}
	symmetric = nattest.Router{Name: "symmetric", Symmetric: true}
	noUDP     = nattest.Router{Name: "UDP blocked", NoUDP: true}
	onlyHTTPS = nattest.Router{Name: "only TCP to port 443", OnlyHTTPS: true}
)

// TestNetworks lets people of two homes meet, whose routers differ, and prints how long
// it took and what was between them.
func TestNetworks(t *testing.T) {
	path := program(t)
	var results []string
	for _, relay := range []string{"embedded", "coturn"} {
		for _, row := range []struct {
			routers [2]nattest.Router
			hidden  bool
			relayed bool
		}{
			{routers: [2]nattest.Router{cone, cone}},
			{routers: [2]nattest.Router{cone, symmetric}, relayed: true},
			{routers: [2]nattest.Router{symmetric, symmetric}, relayed: true},
			{routers: [2]nattest.Router{cone, noUDP}, relayed: true},
			{routers: [2]nattest.Router{noUDP, noUDP}, relayed: true},
			{routers: [2]nattest.Router{symmetric, onlyHTTPS}, relayed: true},
			{routers: [2]nattest.Router{onlyHTTPS, onlyHTTPS}, relayed: true},
			{routers: [2]nattest.Router{cone, cone}, hidden: true, relayed: true},
		} {
			name := row.routers[0].Name + " and " + row.routers[1].Name
			if row.hidden {
				name += ", relays only"
			}
			t.Run(relay+"/"+name, func(t *testing.T) {
				met := meetAcross(t, path, relays[relay], row.routers, row.hidden)
				between := "direct"
				if met[0].Local == "relay" || met[0].Remote == "relay" {
					between = "relayed"
				}
				if (between == "relayed") != row.relayed {
					t.Errorf("%s: %+v, want relayed: %v", between, met, row.relayed)
				}
				if row.hidden && (met[0].Local != "relay" || met[1].Local != "relay") {
					t.Errorf("somebody shows their address: %+v", met)
				}
				results = append(results, fmt.Sprintf("| %s | %s | %s | %d |", relay, name, between, met[1].Took.Milliseconds()))
			})
		}
	}
	t.Logf("\n| TURN server | routers | path | ms to connect |\n|---|---|---|---|\n%s\n", strings.Join(results, "\n"))
}

// meetAcross returns what each says, the one who waited first.
func meetAcross(t *testing.T, path string, relay func(*testing.T, *nattest.Lab, selfsigned.Certificate) []string, routers [2]nattest.Router, hidden bool) (met [2]nattest.Met) {
	t.Helper()
	met, _, _ = openAcross(t, path, relay, routers, hidden)
	return met
}

// openAcross returns the peers too, and how the program is started again.
func openAcross(
	t *testing.T, path string, relay func(*testing.T, *nattest.Lab, selfsigned.Certificate) []string, routers [2]nattest.Router, hidden bool,
) (met [2]nattest.Met, peers [2]*started, again func()) {
	t.Helper()
	lab := nattest.New(t, routers)
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	certificate, err := selfsigned.New(t.TempDir(), net.ParseIP(nattest.Relay), net.ParseIP(nattest.Services))
	if err != nil {
		t.Fatal(err)
	}
	flags := append(relay(t, lab, certificate), "--listen", nattest.Services+":443", "--token-key-file", keys,
		"--tls-cert", certificate.CertFile, "--tls-key", certificate.KeyFile)
	command := lab.Command("net", path, flags...)
	run(t, "the program", command).line(t)
	again = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		run(t, "the program again", lab.Command("net", path, flags...)).line(t)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range peers {
		command := lab.Command(nattest.Home(i+1), self)
		command.Env = append(os.Environ(), nattest.Variable+"=https://"+nattest.Services, "SSL_CERT_FILE="+certificate.CertFile)
		if hidden {
			command.Env = append(command.Env, nattest.Variable+"_RELAY=on")
		}
		peers[i] = run(t, nattest.Home(i+1), command)
		if i == 0 && peers[0].line(t) != "waiting" {
			t.Fatal("the first one does not wait")
		}
	}
	for i, peer := range peers {
		line := peer.line(t)
		for line == "waiting" {
			line = peer.line(t)
		}
		if err := json.Unmarshal([]byte(line), &met[i]); err != nil || met[i].Error != "" {
			t.Fatalf("%s: %s, %v", nattest.Home(i+1), line, err)
		}
	}
	return met, peers, again
}

// TestRelayedChatOutlivesTheProgram kills the program that relays a chat and starts it
// again: texts that were sent meanwhile arrive, both ways.
func TestRelayedChatOutlivesTheProgram(t *testing.T) {
	met, peers, again := openAcross(t, program(t), relays["embedded"], [2]nattest.Router{symmetric, symmetric}, false)
	if met[0].Local != "relay" && met[0].Remote != "relay" {
		t.Errorf("not relayed: %+v", met)
	}
	say := func(text string) {
		for _, peer := range peers {
			if _, err := io.WriteString(peer.input, text+"\n"); err != nil {
				t.Fatal(err)
			}
		}
	}
	hear := func(text string) {
		t.Helper()
		for _, peer := range peers {
			if line := peer.line(t); line != "heard "+text {
				t.Errorf("%s: %q, want %q", peer.name, line, text)
			}
		}
	}
	say("before")
	hear("before")
	again()
	began := time.Now()
	say("after")
	hear("after")
	t.Logf("repaired after %v", time.Since(began).Round(time.Millisecond))
}
