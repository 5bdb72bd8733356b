package redisstore_test

import (
	"net"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/certtest"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

func TestSentinelsWithAPassword(t *testing.T) {
	t.Parallel()
	group := redistest.StartSentinels(t)
	for _, sentinel := range group.Sentinels {
		sentinel.Must("ACL", "SETUSER", "default", "resetpass", ">secret")
	}
	if store, err := redisstore.Open(group.URL()); err == nil {
		store.Close()
		t.Error("the Sentinels answer without their password")
	}
	store, err := redisstore.Open(group.URL() + "&sentinel_password=secret")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, key, _ := certtest.Files(t)
	address := servertest.FreeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	redistest.Start(t, "--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no")
	if store, err := redisstore.Open("rediss://" + address); err == nil {
		store.Close()
		t.Error("believes a certificate that nobody signed")
	}
	store, err := redisstore.Open("rediss://" + address + "?skip_verify=true")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
