package redisstore_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
)

// enough are the rights that a user needs.
const enough = "~wasmp2pchat:* &wasmp2pchat:* +@read +@write +@pubsub +@connection +eval +evalsha +time -@dangerous +info +role"

// open connects as a user with these rights and no others.
func open(t *testing.T, server *redistest.Server, rights string) *redisstore.Store {
	t.Helper()
	server.Must(append([]string{"ACL", "SETUSER", "chat", "reset", "on", ">secret", "resetchannels"}, strings.Fields(rights)...)...)
	store, err := redisstore.Open("redis://chat:secret@" + server.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) string{
		"alone":     func(tb testing.TB) string { return redistest.Start(tb).URL() },
		"Sentinels": func(tb testing.TB) string { return redistest.StartSentinels(tb).URL() },
		"Cluster":   func(tb testing.TB) string { return redistest.StartCluster(tb).URL() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, err := redisstore.Open(start(t))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if warnings, err := store.Check(t.Context()); err != nil || len(warnings) > 0 {
				t.Errorf("warnings %q, error %v, want none", warnings, err)
			}
			if keys, err := redistest.Keys(t.Context(), store); err != nil || keys != 0 {
				t.Errorf("left %d keys, %v, want none", keys, err)
			}
		})
	}
}

func TestCheckOfRights(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, test := range []struct{ name, rights, lacks string }{
		{"all", "~* &* +@all", ""},
		{"enough", enough, ""},
		{"no EVAL", enough + " -eval", "+eval"},
		{"no EVALSHA", enough + " -evalsha", "+evalsha"},
		{"other keys", strings.Replace(enough, "~wasmp2pchat:*", "~other:*", 1), "~wasmp2pchat:*"},
		{"other channels", strings.Replace(enough, "&wasmp2pchat:*", "&other:*", 1), "&wasmp2pchat:*"},
		{"no PUBLISH", enough + " -publish", "+publish"},
		{"no SUBSCRIBE", enough + " -subscribe", "+@pubsub"},
		{"no PING", enough + " -ping", "+ping"},
		{"no ROLE", enough + " -role", "+role"},
		{"some commands", enough + " -hset -zrangebylex -del", "+hset +zrangebylex +del"},
	} {
		t.Run(test.name, func(t *testing.T) {
			warnings, err := open(t, server, test.rights).Check(t.Context())
			if len(warnings) > 0 {
				t.Errorf("warnings %q, want none", warnings)
			}
			if test.lacks == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.HasSuffix(err.Error(), " "+test.lacks) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line that ends with %q", err, test.lacks)
			}
		})
	}
}

// TestCheckOfRightsInACluster uses a user without the rights to ask for the
// Cluster, so that the client treats one server as the whole store.
func TestCheckOfRightsInACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	_, err := open(t, cluster.Servers[0], enough).Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "+cluster|shards +cluster|slots") {
		t.Errorf("error %v, want the rights to look at the Cluster", err)
	}
}

func TestCheckWarns(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	for _, test := range []struct{ name, rights, warning string }{
		{"eviction", enough, "allkeys-lru"},
		{"INFO is forbidden", enough + " -info", "INFO"},
	} {
		t.Run(test.name, func(t *testing.T) {
			warnings, err := open(t, server, test.rights).Check(t.Context())
			if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], test.warning) {
				t.Errorf("warnings %q, error %v, want one warning about %s", warnings, err, test.warning)
			}
		})
	}
}

// TestCheckOfAClusterWithoutAReplica starts while one server is away.
func TestCheckOfAClusterWithoutAReplica(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	cluster.Servers[5].Kill()
	store, err := redisstore.Open(cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	warnings, err := store.Check(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, warning := range warnings { // none once the Cluster itself has noticed
		if !strings.Contains(warning, cluster.Servers[5].Address()) {
			t.Errorf("warning %q, want one about the server that is away", warning)
		}
	}
}

func TestCheckOfAFullStore(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
	if _, err := open(t, server, enough).Check(t.Context()); err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("error %v, want that the store is full", err)
	}
}

// TestCheckAsksForNoMore compares the commands that are checked with those that
// the engines' scripts use: no user needs rights to others.
func TestCheckAsksForNoMore(t *testing.T) {
	t.Parallel()
	used, checked := make(map[string]bool), make(map[string]bool)
	engines, err := filepath.Glob("../../*/*redis/lua/*.lua")
	if err != nil || len(engines) == 0 {
		t.Fatalf("no scripts of the engines: %v", err)
	}
	commands(t, used, regexp.MustCompile(`\bcall\(\s*'([A-Z]+)'`), append(engines, "now.lua")...)
	commands(t, checked, regexp.MustCompile(`\{'([A-Z]+)'`), "check.lua")
	for command := range checked {
		if !used[command] {
			t.Errorf("check.lua has %s, which no script uses", command)
		}
	}
}

func commands(t *testing.T, into map[string]bool, pattern *regexp.Regexp, files ...string) {
	t.Helper()
	for _, file := range slices.Sorted(slices.Values(files)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
			into[match[1]] = true
		}
	}
}
