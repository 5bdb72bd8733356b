package redisstore_test

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
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
