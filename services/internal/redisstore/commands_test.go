package redisstore_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
)

// bounded are the scripts that read all of a hash: that of a room, whose inboxes
// are bounded.
var bounded = map[string]bool{"commit.lua": true, "read.lua": true}

// TestCommands checks that all scripts use only commands that the oldest supported
// server has (Redis 6.2, of which Valkey 7.2 is a descendant), whose time does not
// grow with the number of keys, and whose rights Check checks.
func TestCommands(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("../../*/*redis/lua/*.lua")
	if err != nil {
		t.Fatal(err)
	}
	scripts = append(scripts, "now.lua")
	proven, err := os.ReadFile("check.lua")
	if err != nil {
		t.Fatal(err)
	}
	server := redistest.Start(t)
	asked := map[string]bool{}
	for _, script := range scripts {
		for _, command := range commandsOf(t, script) {
			if asked[command] {
				continue
			}
			asked[command] = true
			if slices.Contains([]string{"KEYS", "SCAN", "SMEMBERS", "FLUSHALL"}, command) || command == "HGETALL" && !bounded[filepath.Base(script)] {
				t.Errorf("%s: %s takes longer the more there is", script, command)
			}
			if !strings.Contains(string(proven), "{'"+command+"'") {
				t.Errorf("%s: check.lua does not prove the right to %s", script, command)
			}
			if since := sinceOf(t, server, command); slices.Compare(since, []int{6, 2, 0}) > 0 {
				t.Errorf("%s: %s is there since %v only", script, command, since)
			}
		}
	}
	if len(asked) < 15 {
		t.Errorf("only %d commands found in %d scripts", len(asked), len(scripts))
	}
}

// TestKeysAreDeclared checks that all scripts use only the keys they are given,
// because a Cluster and the rights of a user depend on these.
func TestKeysAreDeclared(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("../../*/*redis/lua/*.lua")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts, %v", err)
	}
	given := map[string]bool{"key": true, "room": true} // of a loop over some of KEYS
	texts := map[string]string{}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		texts[script] = string(text)
		for _, names := range fromKeys.FindAllStringSubmatch(string(text), -1) {
			for name := range strings.SplitSeq(names[1], ",") {
				given[strings.TrimSpace(name)] = true
			}
		}
	}
	for script, text := range texts {
		for _, found := range keyOfCall.FindAllStringSubmatch(text, -1) {
			if key := found[2]; found[1] != "PUBLISH" && !given[key] && !strings.HasPrefix(key, "KEYS[") && key != "unpack(KEYS" {
				t.Errorf("%s calls on %s, which is none of its KEYS", script, key)
			}
		}
	}
}

var (
	fromKeys  = regexp.MustCompile(`local ([\w, ]+) = (?:unpack\(KEYS\)|KEYS\[)`)
	keyOfCall = regexp.MustCompile(`redis\.call\('([A-Z]+)', ([^,)]+)`)
)

var call = regexp.MustCompile(`redis\.(?:call|pcall)\(([^,)]*)`)

// commandsOf returns the commands a script calls, all of which it must name.
func commandsOf(t *testing.T, script string) []string {
	t.Helper()
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, found := range call.FindAllStringSubmatch(string(text), -1) {
		name := strings.Trim(found[1], "'")
		if "'"+name+"'" != found[1] {
			t.Errorf("%s calls %s, a command it does not name", script, found[1])
			continue
		}
		commands = append(commands, name)
	}
	return commands
}

// sinceOf returns the version of Redis in which a command was added.
func sinceOf(t *testing.T, server *redistest.Server, command string) []int {
	t.Helper()
	reply := server.Must("COMMAND", "DOCS", command)
	docs, err := reply.ToMap()
	if err != nil || len(docs) != 1 {
		t.Fatalf("documentation of %s: %v", command, err)
	}
	for _, about := range docs {
		facts, err := about.ToMap()
		if err != nil {
			t.Fatal(err)
		}
		since := facts["since"]
		text, err := since.ToString()
		if err != nil {
			t.Fatal(err)
		}
		var version []int
		for part := range strings.SplitSeq(text, ".") {
			number, err := strconv.Atoi(part)
			if err != nil {
				t.Fatalf("%s is there since %q", command, text)
			}
			version = append(version, number)
		}
		return version
	}
	return nil
}
