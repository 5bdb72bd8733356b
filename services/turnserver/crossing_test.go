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

// run starts a program that ends when it is interrupted.
func run(t testing.TB, name string, command *exec.Cmd) *started {
	t.Helper()
	return begin(t, name, command, func(<-chan struct{}) { _ = command.Process.Signal(os.Interrupt) })
}

// runSelf starts this program in a role: it ends with its input, and ends its browser
// before.
func runSelf(t testing.TB, name string, command *exec.Cmd) *started {
	t.Helper()
	return begin(t, name, command, func(ended <-chan struct{}) {
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Errorf("%s does not end with its input", name)
			_ = command.Process.Kill()
		}
	})
}

// begin starts a program. At the end of the test its input ends, and then end is called.
func begin(t testing.TB, name string, command *exec.Cmd, end func(ended <-chan struct{})) *started {
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
		end(read)
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
var relays = map[string]relay{"embedded": embedded, "coturn": coturn}

// relay starts a TURN server, if it is not that of the program, and returns flags of the
// program. With IPv6 it has an address of both families, and otherwise TLS.
type relay func(t testing.TB, lab *nattest.Lab, certificate selfsigned.Certificate, ipv6 bool) (flags []string, server *started)

func embedded(_ testing.TB, _ *nattest.Lab, _ selfsigned.Certificate, ipv6 bool) (flags []string, server *started) {
	if ipv6 {
		return []string{"--turn-listen", ":3478", "--turn-public-ip", nattest.Relay, "--turn-public-ip", nattest.RelayIPv6}, nil
	}
	return []string{"--turn-listen", nattest.Relay + ":3478", "--turn-tls-listen", nattest.Relay + ":443"}, nil
}

// plainEmbedded is without TLS.
func plainEmbedded(testing.TB, *nattest.Lab, selfsigned.Certificate, bool) (flags []string, server *started) {
	return []string{"--turn-listen", nattest.Relay + ":3478"}, nil
}

func coturn(t testing.TB, lab *nattest.Lab, certificate selfsigned.Certificate, ipv6 bool) (flags []string, server *started) {
	t.Helper()
	const secret = "a secret of two"
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{
		"-n", "--log-file=stdout", "--simple-log", "--no-cli", "--no-dtls", "--cert=" + certificate.CertFile, "--pkey=" + certificate.KeyFile,
		"--listening-ip=" + nattest.Relay, "--relay-ip=" + nattest.Relay, "--listening-port=3478", "--tls-listening-port=443", "--use-auth-secret", "--static-auth-secret=" + secret,
		"--realm=wasmp2pchat", "--min-port=49152", "--max-port=65535", "--pidfile=" + file + ".pid", "--userdb=" + file + ".db",
	}
	hosts := []string{nattest.Relay}
	if ipv6 {
		arguments = append(arguments, "--listening-ip="+nattest.RelayIPv6, "--relay-ip="+nattest.RelayIPv6)
		hosts = append(hosts, "["+nattest.RelayIPv6+"]")
	}
	server = run(t, "coturn", lab.Command("net", "turnserver", arguments...))
	waitForPort(t, lab)
	flags = []string{"--turn-secret-file", file, "--turn-url", "turns:" + nattest.Relay + ":443?transport=tcp"}
	for _, host := range hosts {
		at := host + ":3478"
		flags = append(flags, "--turn-url", "turn:"+at+"?transport=udp", "--turn-url", "turn:"+at+"?transport=tcp", "--ice-server", "stun:"+at)
	}
	return flags, server
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
	ipv6     bool      // the services have an address of IPv6 only
	short    bool      // instead of the program, services whose credentials are valid for seconds
	record   string    // a file for what the clients send; empty: none
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
	certificate, err := selfsigned.New(t.TempDir(), net.ParseIP(nattest.Relay), net.ParseIP(nattest.Services), net.ParseIP(nattest.ServicesIPv6))
	if err != nil {
		t.Fatal(err)
	}
	url := chat.serve(t, c, lab, certificate)
	for i := range chat.peers {
		chat.peers[i] = runSelf(t, nattest.Home(i+1), c.peer(t, lab, i, "="+url, certificate))
		if i > 0 {
			break
		}
		if line := chat.peers[0].line(t); line != "waiting" {
			t.Fatalf("the first one does not wait: %q", line)
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

// serve starts the services and returns their URL.
func (chat *crossed) serve(t testing.TB, c crossing, lab *nattest.Lab, certificate selfsigned.Certificate) (url string) {
	t.Helper()
	if c.short {
		role(t, lab, "net", "short", "").line(t)
		return "http://" + nattest.Services
	}
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	flags, server := c.relay(t, lab, certificate, c.ipv6)
	flags = append(flags, "--token-key-file", keys)
	host := nattest.Services
	if c.ipv6 {
		host = "[" + nattest.ServicesIPv6 + "]"
	}
	switch {
	case c.record != "":
		flags, url = append(flags, "--listen", "127.0.0.1:8080", "--trusted-proxies", "127.0.0.1"), "http://"+nattest.Services
	default:
		flags, url = append(flags, "--listen", host+":443", "--tls-cert", certificate.CertFile, "--tls-key", certificate.KeyFile), "https://"+host
	}
	command := lab.Command("net", c.program, flags...)
	program := run(t, "the program", command)
	program.line(t)
	if c.record != "" {
		role(t, lab, "net", "recorder", c.record).line(t)
	}
	if chat.relay = server; server == nil {
		chat.relay = program
	}
	chat.again = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		run(t, "the program again", lab.Command("net", c.program, flags...)).line(t)
	}
	return url
}

// say lets both say a text.
func (chat crossed) say(t testing.TB, text string) {
	t.Helper()
	for _, peer := range chat.peers {
		if _, err := io.WriteString(peer.input, text+"\n"); err != nil {
			t.Fatal(err)
		}
	}
}

// hear wants that both hear a text, and returns whether one was interrupted before.
func (chat crossed) hear(t testing.TB, text string) (interrupted bool) {
	t.Helper()
	for _, peer := range chat.peers {
		line := peer.line(t)
		for ; line == nattest.Interrupted; line = peer.line(t) {
			interrupted = true
		}
		if line != "heard "+text {
			t.Errorf("%s: %q, want %q", peer.name, line, text)
		}
	}
	return interrupted
}

// role runs this test program in a network, in a role.
func role(t testing.TB, lab *nattest.Lab, network, name, argument string, environment ...string) *started {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := lab.Command(network, self)
	command.Env = append(append(os.Environ(), roleVariable+"="+name+" "+argument), environment...)
	return runSelf(t, name, command)
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
