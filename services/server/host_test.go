package server_test

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

var loopbackProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// TestHosts asks servers that only this machine reaches in the name of hosts: a
// page of another name must not reach them, unless a proxy was named.
func TestHosts(t *testing.T) {
	t.Parallel()
	alone := listen(t, newServer(t, server.Config{Page: pageFiles}), false).URL
	behind := listen(t, newServer(t, server.Config{Page: pageFiles, TrustedProxies: loopbackProxy}), false).URL
	for host, want := range map[string]int{
		"localhost": http.StatusOK, "LOCALHOST.:8080": http.StatusOK, "chat.localhost": http.StatusOK, "127.0.0.1:1": http.StatusOK,
		"[::1]:8080": http.StatusOK, "[::1]": http.StatusOK,
		"evil.example.org": http.StatusMisdirectedRequest, "localhost.example.org:80": http.StatusMisdirectedRequest,
		"192.0.2.1": http.StatusMisdirectedRequest, "notlocalhost": http.StatusMisdirectedRequest,
	} {
		for _, client := range []*http.Client{http1(t), h2c(t)} {
			for url, want := range map[string]int{alone: want, behind: http.StatusOK} {
				for _, path := range []string{"/", matchmakingv1connect.MatchmakingServiceGetPoolProcedure + "?connect=v1&encoding=json&message=%7B%7D"} {
					request := newRequest(t, http.MethodGet, url+path, "")
					request.Host = host
					response, err := client.Do(request)
					if err != nil {
						t.Fatal(err)
					}
					response.Body.Close()
					if response.StatusCode != want {
						t.Errorf("%s as %s: %s, want %d", path, host, response.Status, want)
					}
				}
			}
		}
	}
}

// TestStrictTransport checks that browsers hear to stay with TLS, but for this
// machine, whose other programs may have none.
func TestStrictTransport(t *testing.T) {
	t.Parallel()
	secured := listen(t, newServer(t, server.Config{Page: pageFiles, TrustedProxies: loopbackProxy}), true)
	plain := listen(t, newServer(t, server.Config{Page: pageFiles, TrustedProxies: loopbackProxy}), false)
	for _, test := range []struct {
		client    *http.Client
		url, host string
		want      string
	}{
		{secured.Client(), secured.URL, "chat.example.org", "max-age=31536000"},
		{secured.Client(), secured.URL, "localhost", ""},
		{plain.Client(), plain.URL, "chat.example.org", ""},
	} {
		request := newRequest(t, http.MethodGet, test.url+"/nowhere", "")
		request.Host = test.host
		response, err := test.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Strict-Transport-Security"); got != test.want {
			t.Errorf("%s as %s: %q, want %q", test.url, test.host, got, test.want)
		}
	}
}

// TestPanicLeavesItsStack checks that the log tells where a handler panicked.
func TestPanicLeavesItsStack(t *testing.T) {
	t.Parallel()
	log := new(lockedBuffer)
	url := listen(t, newServer(t, server.Config{Matchmaking: panicking{}, Logger: slog.New(slog.NewTextHandler(log, nil))}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	if err := find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()}); err == nil {
		t.Error("a panic is no error")
	}
	if !strings.Contains(log.String(), "panicking.Attach") {
		t.Errorf("the log does not tell where: %s", log)
	}
}
