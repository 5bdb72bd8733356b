package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// A Sentinels is a server with two replicas that three Sentinels watch.
type Sentinels struct {
	Servers   []*Server // the first is the master until a failover
	Sentinels []*Server
}

// masterName is what the Sentinels call the servers they watch.
const masterName = "main"

// StartSentinels starts one master, two replicas and three Sentinels, which
// replace a master that is silent for a second.
func StartSentinels(tb testing.TB) *Sentinels {
	tb.Helper()
	master := Start(tb)
	group := &Sentinels{Servers: []*Server{master}}
	for range 2 {
		group.Servers = append(group.Servers, Start(tb, "--replicaof", "127.0.0.1", strconv.Itoa(master.port), "--repl-diskless-sync-delay", "0"))
	}
	for range 3 {
		group.Sentinels = append(group.Sentinels, startSentinel(tb, master))
	}
	within(tb, "Sentinels know each other and the replicas", func() bool {
		for _, sentinel := range group.Sentinels {
			reply, err := sentinel.Do("SENTINEL", "MASTER", masterName)
			if err != nil {
				return false
			}
			facts, _ := reply.AsStrMap()
			if facts["num-slaves"] != "2" || facts["num-other-sentinels"] != "2" || facts["flags"] != "master" {
				return false
			}
		}
		return true
	})
	return group
}

func startSentinel(tb testing.TB, master *Server) *Server {
	tb.Helper()
	s := &Server{tb: tb, port: servertest.FreePort(tb), folder: tb.TempDir()}
	config := filepath.Join(s.folder, "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor %[1]s 127.0.0.1 %[2]d 2\nsentinel down-after-milliseconds %[1]s 1000\nsentinel failover-timeout %[1]s 5000\n",
		masterName, master.port)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	s.start([]string{config, "--sentinel"})
	tb.Cleanup(s.Kill)
	within(tb, "Sentinel answers", func() bool {
		_, err := s.Do("PING")
		return err == nil
	})
	return s
}

// URL returns the URL for redisstore.Open.
func (g *Sentinels) URL() string {
	return clusterURL(g.Sentinels) + "&master_set=" + masterName
}

// Master returns the server that the Sentinels hold for the master.
func (g *Sentinels) Master() *Server {
	reply, err := g.Sentinels[0].Do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName)
	if err != nil {
		return nil
	}
	address, _ := reply.AsStrSlice()
	for _, server := range g.Servers {
		if len(address) == 2 && address[1] == strconv.Itoa(server.port) {
			return server
		}
	}
	return nil
}

// FailOver kills the master and returns when the Sentinels have replaced it by
// a replica. The replica lacks all changes that tail makes, although the old
// master has confirmed them.
func (g *Sentinels) FailOver(tail func()) {
	old := g.Master()
	tb := old.tb
	tb.Helper()
	old.Must("WAIT", "2", "10000")
	// While the replicas stand still, this fills the buffers of the system, so
	// that later changes never leave the master.
	for _, s := range g.Servers {
		if s != old {
			s.Stop()
		}
	}
	for range fillers {
		old.Must("SET", "filler", strings.Repeat("x", 4<<20))
	}
	tail()
	old.Must("SET", "tail", "lost")
	old.Kill()
	for _, s := range g.Servers {
		if s != old {
			s.Continue()
		}
	}
	within(tb, "a replica takes over", func() bool {
		now := g.Master()
		if now == nil || now == old {
			return false
		}
		_, err := now.Do("DEL", "filler")
		return err == nil
	})
	if reply, err := g.Master().Do("GET", "tail"); !rueidis.IsRedisNil(err) {
		tb.Fatalf("the replica has the tail: %v, %v", reply, err)
	}
}

// fillers are enough for the buffers of two connections, of 6 MB each at most.
const fillers = 8

// A Cluster is three masters, each with a replica.
type Cluster struct {
	Servers []*Server // the masters come first
}

const (
	slots   = 16384
	masters = 3
)

// StartCluster starts six servers and makes them a Cluster.
func StartCluster(tb testing.TB) *Cluster {
	tb.Helper()
	c := &Cluster{}
	for range 2 * masters {
		s := Start(tb, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--repl-diskless-sync-delay", "0")
		c.Servers = append(c.Servers, s)
	}
	for i, s := range c.Servers[:masters] {
		s.Must("CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(slots*i/masters), strconv.Itoa(slots*(i+1)/masters-1))
		s.Must("CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
	}
	for _, s := range c.Servers[1:] {
		s.Must("CLUSTER", "MEET", "127.0.0.1", strconv.Itoa(c.Servers[0].port))
	}
	for i, s := range c.Servers[masters:] {
		reply := c.Servers[i].Must("CLUSTER", "MYID")
		id, _ := reply.ToString()
		within(tb, "a server knows its master", func() bool {
			_, err := s.Do("CLUSTER", "REPLICATE", id)
			return err == nil
		})
	}
	within(tb, "the Cluster is whole", func() bool {
		return !slices.ContainsFunc(c.Servers, func(s *Server) bool {
			reply, err := s.Do("CLUSTER", "INFO")
			text, _ := reply.ToString()
			nodes, err2 := s.Do("CLUSTER", "NODES")
			list, _ := nodes.ToString()
			return err != nil || err2 != nil || !strings.Contains(text, "cluster_state:ok") ||
				strings.Count(list, " slave ")+strings.Count(list, "myself,slave ") != masters
		})
	})
	return c
}

// URL returns the URL for redisstore.Open.
func (c *Cluster) URL() string { return clusterURL(c.Servers) }

func clusterURL(servers []*Server) string {
	var text strings.Builder
	fmt.Fprintf(&text, "redis://%s?", servers[0].Address())
	for _, s := range servers[1:] {
		fmt.Fprintf(&text, "&addr=%s", s.Address())
	}
	return text.String()
}

// MoveSlot moves the slot of a key, with all its keys, to another master, one
// key at a time as operators' tools do. It returns when all masters know.
func (c *Cluster) MoveSlot(key string) {
	tb := c.Servers[0].tb
	tb.Helper()
	reply := c.Servers[0].Must("CLUSTER", "KEYSLOT", key)
	number, _ := reply.AsInt64()
	slot := strconv.FormatInt(number, 10)
	owner := slices.IndexFunc(c.Servers[:masters], func(s *Server) bool {
		return ownsSlot(s.Must("CLUSTER", "SLOTS"), number, s.port)
	})
	if owner < 0 {
		tb.Fatalf("nobody owns slot %s", slot)
	}
	from, to := c.Servers[owner], c.Servers[(owner+1)%masters]
	id := func(s *Server) string {
		reply := s.Must("CLUSTER", "MYID")
		text, _ := reply.ToString()
		return text
	}
	to.Must("CLUSTER", "SETSLOT", slot, "IMPORTING", id(from))
	from.Must("CLUSTER", "SETSLOT", slot, "MIGRATING", id(to))
	for {
		reply := from.Must("CLUSTER", "GETKEYSINSLOT", slot, "1")
		keys, _ := reply.AsStrSlice()
		if len(keys) == 0 {
			break
		}
		from.Must("MIGRATE", "127.0.0.1", strconv.Itoa(to.port), keys[0], "0", "5000")
	}
	for _, s := range []*Server{to, from} {
		s.Must("CLUSTER", "SETSLOT", slot, "NODE", id(to))
	}
	within(tb, "all masters know the slot's new owner", func() bool {
		return !slices.ContainsFunc(c.Servers[:masters], func(s *Server) bool {
			return !ownsSlot(s.Must("CLUSTER", "SLOTS"), number, to.port)
		})
	})
}

// ownsSlot reads the reply of CLUSTER SLOTS: first and last slot, and the
// master's address.
func ownsSlot(reply rueidis.RedisMessage, slot int64, port int) bool {
	ranges, _ := reply.ToArray()
	for _, message := range ranges {
		fields, _ := message.ToArray()
		first, _ := fields[0].AsInt64()
		last, _ := fields[1].AsInt64()
		master, _ := fields[2].ToArray()
		at, _ := master[1].AsInt64()
		if first <= slot && slot <= last {
			return at == int64(port)
		}
	}
	return false
}
