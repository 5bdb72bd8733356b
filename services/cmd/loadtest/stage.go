package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// stage is the built program and the store that its nodes share.
type stage struct {
	folder  string
	engine  string // URL of the store
	store   rueidis.Client
	process *exec.Cmd // of the store; nil: it was running before
}

func newStage(ctx context.Context, engine string) (*stage, error) {
	folder, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return nil, err
	}
	s := &stage{folder: folder, engine: engine}
	if err := s.prepare(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) prepare(ctx context.Context) error {
	const program = "github.com/wasmp2pchat/wasmp2pchat/services/cmd/wasmp2pchat"
	build := exec.CommandContext(ctx, "go", "build", "-o", s.program(), program) //nolint:gosec // a folder of our own
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w: %s", err, output)
	}
	if err := os.WriteFile(s.keys(), token.NewKeyFile(), 0o600); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if s.engine == "" {
		if err := s.startStore(ctx); err != nil {
			return fmt.Errorf("start redis-server: %w", err)
		}
	}
	option, err := rueidis.ParseURL(s.engine)
	if err != nil {
		return errors.New("--engine is no URL of a Redis")
	}
	option.DisableCache = true
	for began := time.Now(); ; {
		if s.store, err = rueidis.NewClient(option); err == nil {
			return nil
		}
		if time.Since(began) > 10*time.Second {
			return fmt.Errorf("connect to the store: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *stage) program() string { return filepath.Join(s.folder, "wasmp2pchat") }

func (s *stage) keys() string { return filepath.Join(s.folder, "keys") }

// startStore starts a redis-server that keeps nothing on disk.
func (s *stage) startStore(ctx context.Context) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	s.process = exec.CommandContext(ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", //nolint:gosec // numbers only
		"--save", "", "--appendonly", "no", "--dir", s.folder)
	s.engine = "redis://127.0.0.1:" + port
	return s.process.Start()
}

func (s *stage) close() {
	if s.store != nil {
		s.store.Close()
	}
	kill(s.process)
	_ = os.RemoveAll(s.folder)
}

// runningNode is a process of the program.
type runningNode struct {
	url     string
	process *exec.Cmd
}

// startNode starts a node, on the shared store if there is one, or else in
// memory.
func (s *stage) startNode(ctx context.Context, shared bool) (runningNode, error) {
	arguments := []string{
		"--listen", "127.0.0.1:0", "--services", "matchmaking,signaling",
		"--trusted-proxies", "127.0.0.1", "--log-level", "error", "--token-key-file", s.keys(),
	}
	if shared {
		arguments = append(arguments, "--engine", s.engine)
	}
	process := exec.CommandContext(ctx, s.program(), arguments...) //nolint:gosec // our own
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return runningNode{}, err
	}
	if err := process.Start(); err != nil {
		return runningNode{}, fmt.Errorf("start a node: %w", err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		kill(process)
		return runningNode{}, fmt.Errorf("a node does not serve: %w", err)
	}
	go io.Copy(io.Discard, output) //nolint:errcheck // ends with the process
	_, url, _ := strings.Cut(strings.TrimSpace(line), " on ")
	return runningNode{url: url, process: process}, nil
}

func kill(process *exec.Cmd) {
	if process != nil && process.Process != nil {
		_ = process.Process.Kill()
		_ = process.Wait()
	}
}

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
