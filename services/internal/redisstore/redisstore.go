// Package redisstore connects the engines that keep their state in Redis or
// Valkey to it: standalone, behind Sentinel, or as a Cluster.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

const (
	// replyTimeout is how long a server may take to answer. After that the
	// connection is treated as broken.
	replyTimeout = 2 * time.Second
	// callTimeout is the timeout of a call with all its attempts.
	callTimeout = 4 * time.Second
	// attempts is how often a call is tried when its connection breaks, or when a
	// slot of a Cluster moves.
	attempts = 3
	// sentinelRefresh is how often the Sentinels are asked for the master, in
	// case a message of theirs was lost.
	sentinelRefresh = 5 * time.Second
)

// ErrUnavailable means that the store cannot answer now. Whether the call had an
// effect is not known.
var ErrUnavailable = errors.New("cannot be asked now")

// A Store is a connection to a server or a group of servers. All methods are safe
// for concurrent use.
type Store struct {
	client rueidis.Client
	prefix string
}

// Open connects to the servers that a URL names:
//
//	redis://user:password@host:6379/0   standalone; rediss:// with TLS
//	redis://host:26379?master_set=NAME&addr=host2:26379   through Sentinels,
//	  optionally with sentinel_user and sentinel_password
//	redis://host:7000?addr=host2:7000   a Cluster
//	unix:///run/redis.sock
//
// Every key and channel begins with the parameter prefix. Default: "wasmp2pchat".
func Open(text string) (*Store, error) {
	option, err := Parse(text)
	if err != nil {
		return nil, err
	}
	client, err := rueidis.NewClient(option)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &Store{client: client, prefix: prefixOf(text)}, nil
}

// Parse parses a URL as Open does, without connecting.
func Parse(text string) (rueidis.ClientOption, error) {
	option, err := rueidis.ParseURL(text)
	if err != nil {
		return option, errors.New(strings.TrimPrefix(err.Error(), "redis: "))
	}
	if strings.ContainsAny(prefixOf(text), "{} ") || prefixOf(text) == "" {
		return option, errors.New("prefix must not be empty, nor hold braces or spaces")
	}
	option.DisableCache = true
	option.AlwaysPipelining = true
	option.ConnWriteTimeout = replyTimeout
	option.Dialer.Timeout = replyTimeout
	option.Dialer.KeepAlive = time.Second
	option.ClientName = "wasmp2pchat"
	// One connection per server carries all calls in a pipeline.
	option.PipelineMultiplex = -1
	// The buffers hold one flush of a pipeline; the default is half a megabyte.
	option.ReadBufferEachConn, option.WriteBufferEachConn = 64<<10, 64<<10
	if option.Sentinel.MasterSet != "" {
		option.Sentinel.TopologyRefreshInterval = sentinelRefresh
		option.Sentinel.Dialer = option.Dialer
		option.Sentinel.TLSConfig = option.TLSConfig
		option.Sentinel.Username, option.Sentinel.Password = parameter(text, "sentinel_user"), parameter(text, "sentinel_password")
	}
	return option, nil
}

// Close ends all connections.
func (s *Store) Close() { s.client.Close() }

// Prefix returns the prefix of all keys and channels.
func (s *Store) Prefix() string { return s.prefix }

// Sharded reports whether keys are spread over servers by their hash tags, as in
// a Cluster.
func (s *Store) Sharded() bool { return s.client.Mode() == rueidis.ClientModeCluster }

// Ping reports whether the store answers: nil or an error that wraps
// ErrUnavailable. A server alone, or the master that Sentinels name, must
// answer. Of a Cluster one master is enough, because it still serves its own
// slots. Replicas do not count.
func (s *Store) Ping(ctx context.Context) error {
	nodes := s.client.Nodes()
	answers := make(chan error, len(nodes))
	// When one server has answered, the other calls go on. Canceling a call also
	// cancels the connection it opens, and other calls may wait for that.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	var all sync.WaitGroup
	for address, node := range nodes {
		all.Go(func() {
			err := s.pingMaster(asking, node)
			if err != nil {
				err = fmt.Errorf("ping %s: %w", address, unavailable(err))
			}
			answers <- err
		})
	}
	go func() {
		all.Wait()
		cancel()
	}()
	failed := fmt.Errorf("ping: %w: no server is known", ErrUnavailable)
	for range nodes {
		select {
		case err := <-answers:
			if err == nil {
				return nil
			}
			failed = err
		case <-ctx.Done():
			return fmt.Errorf("ping: %w: %w", ErrUnavailable, ctx.Err())
		}
	}
	return failed
}

var errReplica = errors.New("a replica")

// pingMaster pings one server. A replica in a Cluster is an error.
func (s *Store) pingMaster(ctx context.Context, node rueidis.Client) error {
	if s.client.Mode() != rueidis.ClientModeCluster {
		return node.Do(ctx, node.B().Ping().Build()).Error()
	}
	replies := node.DoMulti(ctx, node.B().Ping().Build(), node.B().Role().Build())
	if err := replies[0].Error(); err != nil {
		return err
	}
	if role, err := roleOf(replies[1]); err == nil && role != "master" {
		return errReplica
	}
	return nil // also when the user may not ask for the role
}

// Masters calls do for each master, one after the other, and returns the first
// error. A server that does not answer is an error, also when it is a replica.
func (s *Store) Masters(ctx context.Context, do func(node rueidis.Client) error) error {
	for address, node := range s.client.Nodes() {
		role, err := roleOf(node.Do(ctx, node.B().Role().Build()))
		if err != nil {
			return fmt.Errorf("role of %s: %w", address, err)
		}
		if role != "master" {
			continue
		}
		if err := do(node); err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
	}
	return nil
}

// roleOf reads the first element of a reply to ROLE.
func roleOf(reply rueidis.RedisResult) (string, error) {
	fields, err := reply.ToArray()
	if err != nil {
		return "", err
	}
	if len(fields) == 0 {
		return "", errors.New("empty reply")
	}
	return fields[0].ToString()
}

// passes reports whether another attempt may succeed at once. All scripts may run
// twice.
func passes(err error) bool {
	if fault, ok := rueidis.IsRedisErr(err); ok {
		return fault.IsTryAgain() || fault.IsClusterDown() || fault.IsLoading()
	}
	var network net.Error
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) &&
		(!errors.As(err, &network) || !network.Timeout())
}

// prefixOf returns the prefix in a URL, or the default.
func prefixOf(text string) string {
	if parsed, err := url.Parse(text); err == nil && parsed.Query().Has("prefix") {
		return parsed.Query().Get("prefix")
	}
	return "wasmp2pchat"
}

// parameter returns a parameter of a URL, or an empty string.
func parameter(text, name string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return parsed.Query().Get(name)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
