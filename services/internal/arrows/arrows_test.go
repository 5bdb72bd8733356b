// Package arrows tests that imports inside the module point one way, so that
// each domain can be read, tested and replaced without the others.
package arrows

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A rule applies to every package that from accepts: none of its imports may be
// forbidden. Paths inside the module are without its prefix.
type rule struct {
	name      string
	from      func(path string) bool
	forbidden func(imported string) bool
}

// shared are the leaves that both domains may import.
var shared = []string{"services/internal/invalid"}

var rules = []rule{
	{
		name:      "the domains use the standard library and what they share only",
		from:      is("services/matchmaking", "services/signaling"),
		forbidden: both(not(standard), not(is(shared...))),
	},
	{
		name:      "what the domains share uses the standard library only",
		from:      is(shared...),
		forbidden: not(standard),
	},
	{
		name:      "matchmaking does not know signaling",
		from:      below("services/matchmaking"),
		forbidden: below("services/signaling"),
	},
	{
		name:      "signaling does not know matchmaking",
		from:      below("services/signaling"),
		forbidden: below("services/matchmaking"),
	},
	{
		name:      "the wire is known to the handlers, the server, the programs and the client only",
		from:      both(below(""), not(knowsWire)),
		forbidden: below("gen", "connectrpc.com"),
	},
	{
		name:      "the client does not know the services, and of its tests' tools only faultkit does, which starts them",
		from:      both(below("wasmclient"), not(is("wasmclient/internal/faultkit"))),
		forbidden: below("services"),
	},
	{
		name:      "only programs carry the page",
		from:      both(below(""), not(below("services/cmd", "wasmclient/web"))),
		forbidden: below("wasmclient/web"),
	},
	{
		name:      "only package dom and the SDK's two layers of the platform know the browser's objects",
		from:      both(below(""), not(below("wasmclient/dom", "wasmclient/p2p/internal/rpc", "wasmclient/p2p/internal/rtc"))),
		forbidden: is("syscall/js"),
	},
}

func knowsWire(path string) bool {
	return strings.HasSuffix(path, "rpc") || below("gen", "wasmclient", "services/cmd", "services/server",
		"services/internal/rpcerror", "services/internal/serverstream")(path)
}

func is(paths ...string) func(string) bool {
	return func(path string) bool { return slices.Contains(paths, path) }
}

// below accepts the given packages and those in folders below them; the empty
// path is the module.
func below(folders ...string) func(string) bool {
	return func(path string) bool {
		return slices.ContainsFunc(folders, func(folder string) bool {
			return folder == "" && inModule(path) || path == folder || strings.HasPrefix(path, folder+"/") && folder != ""
		})
	}
}

func inModule(path string) bool {
	return below("gen", "services", "wasmclient")(path)
}

// standard accepts packages of the standard library. The first element of their
// path is not a host name.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !inModule(path) && !strings.Contains(first, ".")
}

func not(f func(string) bool) func(string) bool {
	return func(path string) bool { return !f(path) }
}

func both(f, g func(string) bool) func(string) bool {
	return func(path string) bool { return f(path) && g(path) }
}

// violations returns the edges of a graph (package to its imports) that break
// a rule.
func violations(graph map[string][]string) []string {
	var broken []string
	for _, path := range slices.Sorted(maps.Keys(graph)) {
		for _, imported := range graph[path] {
			for _, rule := range rules {
				if rule.from(path) && rule.forbidden(imported) {
					broken = append(broken, path+" → "+imported+": "+rule.name)
				}
			}
		}
	}
	return broken
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for _, platform := range []string{"linux/amd64", "js/wasm"} {
		for _, broken := range violations(imports(t, platform)) {
			t.Errorf("%s: %s", platform, broken)
		}
	}
}

func TestWrongArrowsAreSeen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, to string }{
		{"services/matchmaking", "github.com/google/uuid"},
		{"services/signaling", "services/token"},
		{"services/signaling", "services/internal/rpcerror"},
		{"services/internal/invalid", "services/token"},
		{"services/matchmaking/matchmakingmem", "services/signaling"},
		{"services/signaling/signalingrpc", "services/matchmaking/matchmakingrpc"},
		{"services/matchmaking/matchmakingmem", "gen/go/wasmp2pchat/matchmaking/v1"},
		{"services/token", "connectrpc.com/connect"},
		{"wasmclient/p2p", "services/token"},
		{"services/server", "wasmclient/web"},
		{"wasmclient/p2p", "syscall/js"},
	} {
		if got := violations(map[string][]string{tt.from: {"fmt", tt.to}}); len(got) == 0 {
			t.Errorf("%s may import %s", tt.from, tt.to)
		}
	}
}

func TestRightArrowsAreLeftAlone(t *testing.T) {
	t.Parallel()
	graph := map[string][]string{
		"services/matchmaking":                {"context", "crypto/rand", "services/internal/invalid"},
		"services/matchmaking/matchmakingmem": {"services/matchmaking", "services/token"},
		"services/matchmaking/matchmakingrpc": {"services/matchmaking", "connectrpc.com/connect", "gen/go/wasmp2pchat/matchmaking/v1"},
		"services/cmd/wasmp2pchat":            {"services/server", "wasmclient/web"},
		"wasmclient/dom/domnet":               {"syscall/js"},
	}
	if got := violations(graph); len(got) > 0 {
		t.Errorf("refused: %q", got)
	}
}
