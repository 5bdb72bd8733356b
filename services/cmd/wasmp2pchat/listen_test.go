package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
)

// TestUnixSocket serves on a socket that a process left behind, and not on one
// that another process serves on.
func TestUnixSocket(t *testing.T) {
	t.Setenv("WASMP2PCHAT_TOKEN_KEY_FILE", keyFile(t))
	path := filepath.Join(t.TempDir(), "socket")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close() //nolint:errcheck // as a process that is killed does
	if p := start(t, "--listen", "unix:"+path); p.url != "unix:"+path {
		t.Errorf("says that it serves on %q", p.url)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	if _, err := matchmakingv1connect.NewMatchmakingServiceClient(&http.Client{Transport: transport}, "http://localhost").
		GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil {
		t.Errorf("get pool: %v", err)
	}
	if err := run(t.Context(), []string{"--listen", "unix:" + path}, io.Discard, io.Discard); err == nil {
		t.Error("two processes serve on one socket")
	}
}

func TestInheritedSocket(t *testing.T) {
	t.Setenv("WASMP2PCHAT_TOKEN_KEY_FILE", keyFile(t))
	opened, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	file, err := opened.(*net.TCPListener).File() //nolint:forcetypeassert // it is that
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // as above
	number, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "--listen", fmt.Sprint("fd:", number))
	if _, err := matchmakingv1connect.NewMatchmakingServiceClient(httpClient(t), "http://"+opened.Addr().String()).
		GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil {
		t.Errorf("get pool from %s: %v", p.url, err)
	}
	if err := run(t.Context(), []string{"--listen", "fd:987"}, io.Discard, io.Discard); err == nil {
		t.Error("serves on a socket that there is not")
	}
}

// TestEmptyVariables sets every variable to nothing.
func TestEmptyVariables(t *testing.T) {
	for _, name := range []string{
		"LISTEN", "SERVICES", "ENGINE", "TLS_CERT", "TLS_KEY", "ICE_SERVER", "TRUSTED_PROXIES", "ADMIN_LISTEN", "JOIN_TIMEOUT",
		"DRAIN_TIMEOUT", "LIMITS", "LOG_LEVEL", "LOG_FORMAT", "ALLOWED_ORIGINS", "MATCHMAKING_URL", "SIGNALING_URL",
	} {
		t.Setenv("WASMP2PCHAT_"+name, "")
	}
	p := start(t, "--listen", "127.0.0.1:0", "--token-key-file", keyFile(t))
	if _, err := matchmakingv1connect.NewMatchmakingServiceClient(httpClient(t), p.url).GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil {
		t.Errorf("get pool: %v", err)
	}
}
