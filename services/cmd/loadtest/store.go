package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"time"

	"github.com/redis/rueidis"
)

// store is the Redis that nodes share. A nil store spends nothing.
type store struct {
	url    string
	client rueidis.Client
	redis  *exec.Cmd // nil: it was running before
}

// newStore connects to the Redis at url, or starts one that keeps nothing on
// disk.
func newStore(ctx context.Context, url, folder string) (*store, error) {
	s := &store{url: url}
	if url == "" {
		if err := s.start(ctx, folder); err != nil {
			return nil, fmt.Errorf("start redis-server: %w", err)
		}
	}
	if err := s.connect(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *store) start(ctx context.Context, folder string) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	s.redis = exec.CommandContext(ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", //nolint:gosec // numbers only
		"--save", "", "--appendonly", "no", "--dir", folder)
	s.url = "redis://127.0.0.1:" + port
	return s.redis.Start()
}

func (s *store) connect(ctx context.Context) error {
	option, err := rueidis.ParseURL(s.url)
	if err != nil {
		return errors.New("--engine is no URL of a Redis")
	}
	option.DisableCache = true
	for began := time.Now(); ; {
		if s.client, err = rueidis.NewClient(option); err == nil {
			return nil
		}
		if time.Since(began) > 10*time.Second || ctx.Err() != nil {
			return fmt.Errorf("connect to the store: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *store) empty(ctx context.Context) error {
	if err := s.client.Do(ctx, s.client.B().Flushall().Build()).Error(); err != nil {
		return fmt.Errorf("empty the store: %w", err)
	}
	return nil
}

func (s *store) close() {
	if s.client != nil {
		s.client.Close()
	}
	if s.redis != nil && s.redis.Process != nil {
		_ = s.redis.Process.Kill()
		_ = s.redis.Wait()
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
