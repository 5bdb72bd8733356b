package redisstore_test

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
)

// script returns a script of this text.
func script(text string) *redisstore.Script {
	return redisstore.NewScript(fstest.MapFS{"test.lua": {Data: []byte(text)}}, "test.lua")
}

var (
	writes = script("return redis.call('SET', KEYS[1], now)")
	pushes = script("return redis.call('LPUSH', KEYS[1], now)")
	lacks  = script("return redis.call('SET', KEYS[1])")
	breaks = script("return KEYS[7].nothing")
	wrong  = script("return (")
)

const key = "wasmp2pchat:{test}"

// admin is a connection to a server that stays when others are killed.
type admin struct {
	net.Conn
	t       *testing.T
	replies *bufio.Reader
}

func newAdmin(t *testing.T, server *redistest.Server) *admin {
	t.Helper()
	connection, err := net.Dial("tcp", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return &admin{Conn: connection, t: t, replies: bufio.NewReader(connection)}
}

// must runs commands whose replies are one line.
func (a *admin) must(commands ...string) {
	a.t.Helper()
	for _, command := range commands {
		if _, err := a.Write([]byte(command + "\r\n")); err != nil {
			a.t.Fatalf("%s: %v", command, err)
		}
		reply, err := a.replies.ReadString('\n')
		if err != nil || strings.HasPrefix(reply, "-") {
			a.t.Fatalf("%s: %s, %v", command, reply, err)
		}
	}
}

const killOthers = "CLIENT KILL TYPE normal SKIPME yes"

func TestUnavailable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		login    string   // in the URL
		before   []string // the store is opened
		after    []string
		mentions string
	}{
		// The server may close the connection before its answer is read.
		{name: "maxclients", after: []string{"CONFIG SET maxclients 1", killOthers}},
		{name: "password set", after: []string{"CONFIG SET requirepass secret", killOthers}, mentions: "NOAUTH"},
		{
			name: "password changed", login: "default:first@",
			before: []string{"CONFIG SET requirepass first", "AUTH first"}, after: []string{"CONFIG SET requirepass second", killOthers},
			mentions: "WRONGPASS",
		},
		{
			name: "user disabled", login: "chat:secret@",
			before: []string{"ACL SETUSER chat on >secret ~* &* +@all"}, after: []string{"ACL SETUSER chat off", killOthers},
			mentions: "WRONGPASS",
		},
		{
			name: "EVALSHA forbidden", login: "chat:secret@",
			before: []string{"ACL SETUSER chat on >secret ~* &* +@all"}, after: []string{"ACL SETUSER chat -evalsha"},
			mentions: "NOPERM",
		},
		{
			name: "SET forbidden", login: "chat:secret@",
			before: []string{"ACL SETUSER chat on >secret ~* &* +@all"}, after: []string{"ACL SETUSER chat -set"},
			mentions: "can't run this command",
		},
		{
			name: "keys forbidden", login: "chat:secret@",
			before: []string{"ACL SETUSER chat on >secret ~* &* +@all"}, after: []string{"ACL SETUSER chat resetkeys ~other:*"},
			mentions: "key",
		},
		{name: "full", after: []string{"CONFIG SET maxmemory 1"}, mentions: "OOM"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			operator := newAdmin(t, server)
			operator.must(test.before...)
			store, err := redisstore.Open("redis://" + test.login + server.Address())
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			if _, err := store.Run(t.Context(), writes, nil, []string{key}); err != nil {
				t.Fatal(err)
			}
			operator.must(test.after...)
			// A call or two may meet the connection that was killed.
			for deadline := time.Now().Add(20 * time.Second); ; {
				_, err := store.Run(t.Context(), writes, nil, []string{key})
				if err == nil || !errors.Is(err, redisstore.ErrUnavailable) {
					t.Fatalf("error %v, want one that wraps ErrUnavailable", err)
				}
				if strings.Contains(err.Error(), test.mentions) {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("error %v, want one that mentions %q", err, test.mentions)
				}
			}
		})
	}
}

func TestOwnFaultsAreNotUnavailable(t *testing.T) {
	t.Parallel()
	store, err := redisstore.Open(redistest.Start(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Run(t.Context(), writes, nil, []string{key}); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]*redisstore.Script{
		"wrong type": pushes, "wrong arguments": lacks, "error in Lua": breaks, "no Lua": wrong,
	} {
		if _, err := store.Run(t.Context(), script, nil, []string{key}); err == nil || errors.Is(err, redisstore.ErrUnavailable) {
			t.Errorf("%s: error %v, want one that does not wrap ErrUnavailable", name, err)
		}
	}
}

func TestKeysOfTwoSlotsAreAnOwnFault(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	store, err := redisstore.Open(cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	other := script("return redis.call('SET', 'wasmp2pchat:{other}', now)")
	if _, err := store.Run(t.Context(), other, nil, []string{key}); err == nil || errors.Is(err, redisstore.ErrUnavailable) {
		t.Errorf("error %v, want one that does not wrap ErrUnavailable", err)
	}
}

// TestPing kills the servers of a store one after the other.
func TestPing(t *testing.T) {
	t.Parallel()
	t.Run("alone", func(t *testing.T) {
		t.Parallel()
		server := redistest.Start(t)
		answers, silent := pinged(t, server.URL())
		answers("at first")
		server.Kill()
		silent("without the server")
	})
	t.Run("Sentinels", func(t *testing.T) {
		t.Parallel()
		group := redistest.StartSentinels(t)
		answers, silent := pinged(t, group.URL())
		for _, replica := range group.Servers[1:] {
			replica.Kill()
		}
		answers("without replicas")
		group.Servers[0].Kill()
		silent("without the master")
	})
	t.Run("Cluster", func(t *testing.T) {
		t.Parallel()
		cluster := redistest.StartCluster(t)
		answers, silent := pinged(t, cluster.URL())
		cluster.Servers[0].Stop()
		answers("while one master stands still")
		cluster.Servers[0].Kill()
		answers("without one master")
		for _, replica := range cluster.Servers[3:] {
			replica.Kill()
		}
		answers("without replicas")
		cluster.Servers[1].Kill()
		answers("with the last master")
		cluster.Servers[2].Kill()
		silent("without any server")
	})
	t.Run("Cluster of replicas", func(t *testing.T) {
		t.Parallel()
		cluster := redistest.StartCluster(t)
		_, silent := pinged(t, cluster.URL())
		for _, master := range cluster.Servers[:3] {
			master.Kill() // no majority is left to replace them
		}
		silent("without masters")
	})
}

// pinged opens a store and returns what fails unless it answers within the
// time that readiness gives it, or unless it does not.
func pinged(t *testing.T, url string) (answers, silent func(when string)) {
	t.Helper()
	store, err := redisstore.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	ping := func() error {
		began := time.Now()
		err := store.Ping(t.Context())
		if took := time.Since(began); err == nil && took > time.Second {
			t.Errorf("the answer took %v", took)
		}
		return err
	}
	answers = func(when string) {
		t.Helper()
		if err := ping(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	silent = func(when string) {
		t.Helper()
		if err := ping(); !errors.Is(err, redisstore.ErrUnavailable) {
			t.Errorf("%s: error %v, want one that wraps ErrUnavailable", when, err)
		}
	}
	return answers, silent
}
