package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// stage is the built program and the store that its nodes share.
type stage struct {
	folder string
	engine string // URL of the store
	store  rueidis.Client
	redis  *exec.Cmd // nil: it was running before
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
	if err := process.Build(ctx, s.program()); err != nil {
		return err
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
	s.redis = exec.CommandContext(ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", //nolint:gosec // numbers only
		"--save", "", "--appendonly", "no", "--dir", s.folder)
	s.engine = "redis://127.0.0.1:" + port
	return s.redis.Start()
}

func (s *stage) close() {
	if s.store != nil {
		s.store.Close()
	}
	if s.redis != nil && s.redis.Process != nil {
		_ = s.redis.Process.Kill()
		_ = s.redis.Wait()
	}
	_ = os.RemoveAll(s.folder)
}

// startNode starts a node, on the shared store if there is one, or else in
// memory.
func (s *stage) startNode(ctx context.Context, shared bool) (process.Process, error) {
	arguments := []string{
		"--services", "matchmaking,signaling",
		"--trusted-proxies", "127.0.0.1", "--log-level", "error", "--token-key-file", s.keys(),
	}
	if shared {
		arguments = append(arguments, "--engine", s.engine)
	}
	return process.Start(ctx, s.program(), arguments...)
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
