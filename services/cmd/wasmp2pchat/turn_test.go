package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/pion/logging"
	"github.com/pion/turn/v5"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/certtest"
)

// matchedToken lets two people meet and returns the room token of the second one.
func matchedToken(t *testing.T, p *program, client connect.HTTPClient) (roomToken string) {
	t.Helper()
	finding := matchmakingv1connect.NewMatchmakingServiceClient(client, p.url)
	for _, id := range []string{"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"} {
		stream, err := finding.FindMatch(t.Context(), &matchmakingv1.FindMatchRequest{RequestId: id})
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close() //nolint:errcheck // the test is over
		if !stream.Receive() {
			t.Fatal(stream.Err())
		}
		roomToken = stream.Msg().GetMatched().GetRoomToken()
	}
	return roomToken
}

// toldServers returns the ICE servers that a member of a room is told.
func toldServers(t *testing.T, p *program, client connect.HTTPClient) []*signalingv1.IceServer {
	t.Helper()
	roomToken := matchedToken(t, p, client)
	ctx, call := connect.NewClientContext(t.Context())
	call.RequestHeader().Set("Authorization", "Bearer "+roomToken)
	told, err := signalingv1connect.NewSignalingServiceClient(client, p.url).GetIceServers(ctx, &signalingv1.GetIceServersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return told.GetIceServers()
}

// dialTURN opens the way to a TURN server that its URL names.
func dialTURN(ctx context.Context, text string, roots *x509.CertPool) (net.PacketConn, string, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	at, err := url.Parse("//" + rest)
	if err != nil {
		return nil, "", err
	}
	switch {
	case scheme == "turns":
		conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: roots}}).DialContext(ctx, "tcp", at.Host)
		if err != nil {
			return nil, "", err
		}
		return turn.NewSTUNConn(conn), at.Host, nil
	case at.Query().Get("transport") == "tcp":
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", at.Host)
		if err != nil {
			return nil, "", err
		}
		return turn.NewSTUNConn(conn), at.Host, nil
	}
	conn, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", "127.0.0.1:0")
	return conn, at.Host, err
}

// allocates reports whether a server gives an allocation for a credential.
func allocates(t *testing.T, text, username, credential string, roots *x509.CertPool) error {
	t.Helper()
	conn, address, err := dialTURN(t.Context(), text, roots)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // a test
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: address, TURNServerAddr: address, Conn: conn, Username: username, Password: credential,
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		return err
	}
	relayed, err := client.Allocate()
	if err != nil {
		return err
	}
	return relayed.Close()
}

// TestTURN uses each of the servers that a member is told, with its credential and
// with none.
func TestTURN(t *testing.T) {
	cert, key, roots := certtest.Files(t)
	p := start(t, "--tls-cert", cert, "--tls-key", key, "--token-key-file", keyFile(t),
		"--turn-listen", "127.0.0.1:0", "--turn-tls-listen", "127.0.0.1:0", "--turn-url", "turn:turn.example.org:3478?transport=udp")
	client := httpClient(t)
	client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	told := toldServers(t, p, client)
	var urls []string
	for _, server := range told {
		for _, text := range server.GetUrls() {
			kind, _, _ := strings.Cut(text, ":")
			if _, query, found := strings.Cut(text, "?"); found {
				kind += " " + query
			}
			urls = append(urls, kind)
			if strings.HasPrefix(text, "stun") || strings.Contains(text, "example.org") {
				continue
			}
			if err := allocates(t, text, server.GetUsername(), server.GetCredential(), roots); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			if err := allocates(t, text, server.GetUsername(), "?", roots); err == nil {
				t.Errorf("%s: an allocation without the credential", text)
			}
		}
	}
	slices.Sort(urls)
	if got := strings.Join(urls, ", "); got != "stun, turn transport=tcp, turn transport=udp, turn transport=udp, turns transport=tcp" {
		t.Errorf("told %s", got)
	}
}

// TestTURNApart lets one process make the credentials and another one serve TURN, with
// a secret of their own, or the keys of tokens.
func TestTURNApart(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("# shared\na secret of two\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys := keyFile(t)
	for name, shared := range map[string][]string{"secret": {"--turn-secret-file", secret}, "keys": nil} {
		t.Run(name, func(t *testing.T) {
			listener, packet, err := listenBoth(t.Context(), "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := packet.LocalAddr().String()
			_, _ = listener.Close(), packet.Close() // nobody else takes it soon
			start(t, append(shared, "--services", "turn", "--turn-listen", address, "--token-key-file", keys)...)
			signaling := start(t, append(shared, "--turn-url", "turn:"+address+"?transport=udp", "--token-key-file", keys)...)
			for _, server := range toldServers(t, signaling, httpClient(t)) {
				if err := allocates(t, server.GetUrls()[0], server.GetUsername(), server.GetCredential(), nil); err != nil {
					t.Errorf("%s: %v", server.GetUrls()[0], err)
				}
			}
		})
	}
}
