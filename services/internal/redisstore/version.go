package redisstore

import (
	"fmt"
	"strconv"
	"strings"
)

// serverFacts are the lines of a server's INFO.
type serverFacts map[string]string

func parseInfo(text string) serverFacts {
	facts := make(serverFacts)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			facts[name] = value
		}
	}
	return facts
}

// others are other programs that speak the protocol, by a line that only their
// INFO has. They run scripts differently.
var others = map[string]string{
	"dragonfly_version": "Dragonfly",
	"garnet_version":    "Garnet",
	"kvrocks_version":   "Kvrocks",
}

// refusal returns why the engines cannot run on this server, or an empty string.
func (f serverFacts) refusal() string {
	for line, name := range others {
		if f[line] != "" {
			return fmt.Sprintf("this is %s %s: use Redis 6.2 or Valkey 7.2, or newer", name, f[line])
		}
	}
	if strings.Contains(f["executable"], "keydb") {
		return "this is KeyDB: use Redis 6.2 or Valkey 7.2, or newer"
	}
	program, version, major, minor := "Redis", f["redis_version"], 6, 2
	switch name := f["server_name"]; name {
	case "", "redis":
	case "valkey":
		program, version, major, minor = "Valkey", f["valkey_version"], 7, 2
	default:
		return fmt.Sprintf("this is %s: use Redis 6.2 or Valkey 7.2, or newer", name)
	}
	if !atLeast(version, major, minor) {
		return fmt.Sprintf("this is %s %s: use %d.%d or newer", program, version, major, minor)
	}
	return ""
}

// atLeast reports whether a version is major.minor or newer. A version that it
// cannot parse counts as newer.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return true
	}
	first, err := strconv.Atoi(parts[0])
	second, err2 := strconv.Atoi(parts[1])
	return err != nil || err2 != nil || first > major || first == major && second >= minor
}

// warning returns what the operator should change, or an empty string.
func (f serverFacts) warning() string {
	policy := f["maxmemory_policy"]
	if limit := f["maxmemory"]; limit == "" || limit == "0" || policy == "noeviction" {
		return ""
	}
	return fmt.Sprintf("maxmemory-policy is %s, so the server may throw rooms and tickets away: set it to noeviction", policy)
}
