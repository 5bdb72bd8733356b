package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/certtest"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// TestHangupRotatesKeys puts a new key above the old one, then removes the old
// one, while the program runs. A file that cannot be read changes nothing.
func TestHangupRotatesKeys(t *testing.T) {
	path := keyFile(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "--token-key-file", path)
	old := roomToken(t, p.url)

	after := token.NewKeyFile()
	rewrite(t, path, append(after, before...))
	eventually(t, "a new key signs", func() bool { return header(roomToken(t, p.url)) != header(old) })
	if err := useToken(t, p.url, old); err != nil {
		t.Errorf("a token of the old key: %v", err)
	}
	rewrite(t, path, []byte("rubbish"))
	if err := useToken(t, p.url, roomToken(t, p.url)); err != nil {
		t.Errorf("after a file that cannot be read: %v", err)
	}
	fresh := roomToken(t, p.url)
	rewrite(t, path, after)
	eventually(t, "the old key is gone", func() bool {
		return connect.CodeOf(useToken(t, p.url, old)) == connect.CodeUnauthenticated
	})
	if err := useToken(t, p.url, fresh); err != nil {
		t.Errorf("a token of the new key: %v", err)
	}
}

// TestHangupRenewsCertificate makes the program load a new certificate.
func TestHangupRenewsCertificate(t *testing.T) {
	cert, key, _ := certtest.Files(t)
	p := start(t, "--tls-cert", cert, "--tls-key", key, "--token-key-file", keyFile(t))
	_, old := handshake(t, p.url)
	newCert, newKey, _ := certtest.Files(t)
	for from, to := range map[string]string{newCert: cert, newKey: key} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	hangUp(t)
	eventually(t, "the new certificate is in use", func() bool {
		_, now := handshake(t, p.url)
		return now != old
	})
}

func handshake(t *testing.T, url string) (version uint16, certificate string) {
	t.Helper()
	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	connection, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close() //nolint:errcheck // only looked at
	state := connection.(*tls.Conn).ConnectionState()
	return state.Version, string(state.PeerCertificates[0].Raw)
}

// rewrite replaces a file and tells the program.
func rewrite(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	hangUp(t)
}

func hangUp(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// eventually repeats a check, because a signal may arrive later.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not so after a minute", what)
		}
	}
}

// roomToken matches two clients and returns a room token.
func roomToken(t *testing.T, url string) string {
	t.Helper()
	finding := matchmakingv1connect.NewMatchmakingServiceClient(httpClient(t), url)
	pool := strings.ToLower(rand.Text())
	var found string
	for i := range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stream, err := finding.FindMatch(ctx, &matchmakingv1.FindMatchRequest{RequestId: fmt.Sprint(rand.Text(), i), Pool: pool})
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close() //nolint:errcheck // it has said all
		if !stream.Receive() {
			t.Fatal(stream.Err())
		}
		found = stream.Msg().GetMatched().GetRoomToken()
	}
	return found
}

func useToken(t *testing.T, url, roomToken string) error {
	t.Helper()
	ctx, call := connect.NewClientContext(t.Context())
	call.RequestHeader().Set("Authorization", "Bearer "+roomToken)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	_, err := signalingv1connect.NewSignalingServiceClient(client, url).GetIceServers(ctx, &signalingv1.GetIceServersRequest{})
	return err
}

// header returns the part of a token that names its key.
func header(token string) string {
	name, _, _ := strings.Cut(token, ".")
	return name
}
