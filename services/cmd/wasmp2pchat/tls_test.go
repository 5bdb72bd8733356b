package main

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/certtest"
)

// TestTLS serves with a certificate of its own and calls over HTTP/2.
func TestTLS(t *testing.T) {
	cert, key, roots := certtest.Files(t)
	p := start(t, "--tls-cert", cert, "--tls-key", key, "--token-key-file", keyFile(t))
	if !strings.HasPrefix(p.url, "https://") {
		t.Fatalf("serves on %s, want https", p.url)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	response, err := (&http.Client{Transport: transport}).Get(p.url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 || response.StatusCode != http.StatusOK {
		t.Errorf("page over %s: %s, want HTTP/2 and 200", response.Proto, response.Status)
	}
	client := matchmakingv1connect.NewMatchmakingServiceClient(&http.Client{Transport: transport}, p.url)
	if _, err := client.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{}); err != nil {
		t.Errorf("get pool: %v", err)
	}
}
