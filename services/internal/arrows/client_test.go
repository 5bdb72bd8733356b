package arrows

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// clientMayLink are the packages that the browser client may link besides its own,
// those of gen/golite, and what is inside the standard library. Each one more makes
// every person wait: a stray import of connect, net/http, crypto/tls, encoding/json,
// regexp or pion costs a tenth of a megabyte to one and a half. Package fmt with os, which
// it links, costs 80 KB after compression.
var clientMayLink = []string{
	"bytes", "cmp", "context", "encoding/base64", "encoding/binary", "errors", "hash", "io", "iter", "maps", "math",
	"math/bits", "math/rand/v2", "reflect", "runtime", "slices", "strconv", "strings",
	"sync", "sync/atomic", "syscall", "syscall/js", "time", "unicode", "unicode/utf16", "unicode/utf8", "unsafe",
}

func clientMay(path string) bool {
	inside := strings.HasPrefix(path, "internal/") || strings.Contains(path, "/internal/")
	return is(clientMayLink...)(path) || below("wasmclient", "gen/golite")(path) || standard(path) && inside
}

// strays returns the import chain from a package to each one that the client may not
// link, and whose importer it may, and all that the package links.
func strays(graph map[string][]string, from string) (found, linked []string) {
	chains := map[string][]string{from: {from}}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, imported := range graph[queue[0]] {
			if chains[imported] != nil {
				continue
			}
			chain := append(slices.Clone(chains[queue[0]]), imported)
			chains[imported] = chain
			if clientMay(imported) {
				queue = append(queue, imported)
			} else {
				found = append(found, strings.Join(chain, " → "))
			}
		}
	}
	return found, slices.Collect(maps.Keys(chains))
}

func TestTheClientLinksNothingElse(t *testing.T) {
	t.Parallel()
	found, linked := strays(imports(t, "js/wasm"), "wasmclient")
	for _, stray := range found {
		t.Errorf("the browser client links what it may not: %s", stray)
	}
	for _, path := range clientMayLink {
		if !slices.Contains(linked, path) {
			t.Errorf("%s need not be allowed: nothing links it", path)
		}
	}
}

func TestStraysAreSeen(t *testing.T) {
	t.Parallel()
	graph := map[string][]string{
		"wasmclient":        {"iter", "wasmclient/p2p", "internal/abi"},
		"wasmclient/p2p":    {"strings", "gen/go/wasmp2pchat/chat/v1"},
		"iter":              {"maps", "reflect"},
		"maps":              {"net/http"},
		"wasmclient/unused": {"crypto/tls"},
		"net/http":          {"crypto/tls"},
	}
	want := []string{"wasmclient → wasmclient/p2p → gen/go/wasmp2pchat/chat/v1", "wasmclient → iter → maps → net/http"}
	got, _ := strays(graph, "wasmclient")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
