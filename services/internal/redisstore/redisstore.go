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
	"time"

	"github.com/redis/rueidis"
)

const (
	// replyTimeout is how long a server may take to answer before the
	// connection counts as broken.
	replyTimeout = 2 * time.Second
	// callTimeout bounds a call with all its attempts.
	callTimeout = 4 * time.Second
	// attempts is how often a call is made when connections break under it, or
	// a slot of a Cluster is on the move.
	attempts = 3
	// sentinelRefresh mends what a missed message of a Sentinel would spoil.
	sentinelRefresh = 5 * time.Second
)

// ErrUnavailable means that the store cannot answer now. Whether what was
// asked of it happened is not known.
var ErrUnavailable = errors.New("cannot be asked now")

// A Store is a connection to a server or a group of servers. All methods may
// be called at once.
type Store struct {
	client rueidis.Client
	prefix string
}

// Open connects to the servers a URL names:
//
//	redis://user:password@host:6379/0   standalone; rediss:// with TLS
//	redis://host:26379?master_set=NAME&addr=host2:26379   through Sentinels,
//	  of which sentinel_user and sentinel_password may be given too
//	redis://host:7000?addr=host2:7000   a Cluster
//	unix:///run/redis.sock
//
// The parameter prefix begins every key and channel; it is "wasmp2pchat" unless
// given.
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

// Parse reads a URL as Open does, and connects to nothing.
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

// Prefix begins every key and channel.
func (s *Store) Prefix() string { return s.prefix }

// Sharded reports whether keys are spread over servers by their hash tags, as in
// a Cluster.
func (s *Store) Sharded() bool { return s.client.Mode() == rueidis.ClientModeCluster }

// Ping asks every server whether it is there: nil or an error that wraps
// ErrUnavailable.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for address, node := range s.client.Nodes() {
		if err := node.Do(ctx, node.B().Ping().Build()).Error(); err != nil {
			return fmt.Errorf("ping %s: %w", address, unavailable(err))
		}
	}
	return nil
}

// Keys returns the number of keys in all servers.
func (s *Store) Keys(ctx context.Context) (int, error) {
	keys := 0
	err := s.masters(ctx, func(node rueidis.Client) error {
		size, err := node.Do(ctx, node.B().Dbsize().Build()).AsInt64()
		keys += int(size)
		return err
	})
	return keys, err
}

// Empty removes all keys from all servers, those of others too. It is for
// tests.
func (s *Store) Empty(ctx context.Context) error {
	return s.masters(ctx, func(node rueidis.Client) error {
		return node.Do(ctx, node.B().Flushall().Build()).Error()
	})
}

func (s *Store) masters(ctx context.Context, do func(node rueidis.Client) error) error {
	for address, node := range s.client.Nodes() {
		role, err := node.Do(ctx, node.B().Role().Build()).ToArray()
		if err != nil || len(role) == 0 {
			return fmt.Errorf("role of %s: %w", address, err)
		}
		if name, _ := role[0].ToString(); name != "master" {
			continue
		}
		if err := do(node); err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
	}
	return nil
}

// unavailable marks the errors that pass by themselves.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	if fault, ok := rueidis.IsRedisErr(err); ok {
		word, _, _ := strings.Cut(fault.Error(), " ")
		switch word {
		case "LOADING", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "READONLY", "OOM", "BUSY", "NOREPLICAS", "MISCONF", "MOVED", "ASK":
		default:
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// passes reports whether another attempt may go better at once. All scripts
// may run twice.
func passes(err error) bool {
	if fault, ok := rueidis.IsRedisErr(err); ok {
		return fault.IsTryAgain() || fault.IsClusterDown() || fault.IsLoading()
	}
	var network net.Error
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) &&
		(!errors.As(err, &network) || !network.Timeout())
}

// prefixOf returns the prefix that a URL asks for.
func prefixOf(text string) string {
	if parsed, err := url.Parse(text); err == nil && parsed.Query().Has("prefix") {
		return parsed.Query().Get("prefix")
	}
	return "wasmp2pchat"
}

// parameter returns what a URL says of something. Empty: nothing.
func parameter(text, name string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return parsed.Query().Get(name)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
