// Package redistest starts real Redis servers for tests: alone, with replicas
// and Sentinels, or as a Cluster. They end with the test.
package redistest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// startTimeout is how long servers may take to be ready, on a busy machine.
const startTimeout = 60 * time.Second

// A Server is one process of redis-server, on 127.0.0.1.
type Server struct {
	tb        testing.TB
	port      int
	arguments []string
	folder    string
	process   *exec.Cmd
}

// Start starts a server that keeps nothing on disk. Arguments are added to its
// command line.
func Start(tb testing.TB, arguments ...string) *Server {
	tb.Helper()
	s := &Server{tb: tb, port: servertest.FreePort(tb), folder: tb.TempDir(), arguments: arguments}
	s.run()
	tb.Cleanup(s.Kill)
	return s
}

// Address is where the server listens.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL returns the URL for redisstore.Open.
func (s *Server) URL() string { return "redis://" + s.Address() }

// Kill ends the process at once. Its data are lost.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	s.Continue()
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

// Restart kills the server and starts it again, empty.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Kill()
	s.run()
}

// Stop freezes the process; Continue lets it go on.
func (s *Server) Stop() { _ = s.process.Process.Signal(syscall.SIGSTOP) }

// Continue ends a Stop.
func (s *Server) Continue() { _ = s.process.Process.Signal(syscall.SIGCONT) }

// Do sends one command and returns its reply, within ten seconds.
func (s *Server) Do(words ...string) (rueidis.RedisMessage, error) {
	client, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{s.Address()}, DisableCache: true, ForceSingleClient: true,
		Dialer: net.Dialer{Timeout: 5 * time.Second},
	})
	if err != nil {
		return rueidis.RedisMessage{}, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return client.Do(ctx, client.B().Arbitrary(words[0]).Args(words[1:]...).Build()).ToMessage()
}

// Must is Do without an error.
func (s *Server) Must(words ...string) rueidis.RedisMessage {
	s.tb.Helper()
	reply, err := s.Do(words...)
	if err != nil && !rueidis.IsRedisNil(err) {
		s.tb.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return reply
}

func (s *Server) run() {
	s.tb.Helper()
	s.start(append([]string{"--save", "", "--appendonly", "no"}, s.arguments...))
	within(s.tb, "redis-server answers", func() bool {
		_, err := s.Do("PING")
		return err == nil
	})
}

// start starts the process with its port and folder.
func (s *Server) start(arguments []string) {
	s.tb.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		s.tb.Fatalf("%v: make doctor says how to install it", err)
	}
	log, err := os.CreateTemp(s.folder, "log")
	if err != nil {
		s.tb.Fatal(err)
	}
	defer log.Close()                                                                //nolint:errcheck // the child has its own
	s.process = exec.CommandContext(context.Background(), program, append(arguments, //nolint:gosec // a test's own; it may outlive tb.Context()
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.folder)...)
	s.process.SysProcAttr = attributes()
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		s.tb.Fatalf("start redis-server: %v", err)
	}
}

// within fails unless something comes true in good time.
func within(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(startTimeout); !done(); {
		if time.Now().After(deadline) {
			tb.Fatalf("%s: not within %v", what, startTimeout)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// seedsVariable names the environment variable that says with how many seeds the
// contract tests of engines on a store run. make test-full sets it.
const seedsVariable = "WASMP2PCHAT_SEEDS"

// Seeds returns with how many seeds a contract test runs: usually, unless the
// environment says otherwise.
func Seeds(tb testing.TB, usually int) int {
	tb.Helper()
	text := os.Getenv(seedsVariable)
	if text == "" {
		return usually
	}
	seeds, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatalf("%s: %v", seedsVariable, err)
	}
	return seeds
}

// Memory returns how many bytes the server's data take.
func (s *Server) Memory() float64 {
	s.tb.Helper()
	reply := s.Must("INFO", "memory")
	text, err := reply.ToString()
	if err != nil {
		s.tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(text, "\nused_memory:")
	line, _, _ := strings.Cut(rest, "\r\n")
	bytes, err := strconv.ParseFloat(line, 64)
	if err != nil {
		s.tb.Fatal(err)
	}
	return bytes
}
