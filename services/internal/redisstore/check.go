package redisstore

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/rueidis"
)

// noScript is the SHA-1 of no script.
const noScript = "0000000000000000000000000000000000000000"

// slotTries is how many keys are tried until one belongs to a certain master
// of a Cluster, of which there are a thousand at most.
const slotTries = 10_000

//go:embed check.lua
var checkScript string

// Check looks at every master before the store is used: whether it is a Redis
// or Valkey that is new enough, and whether its user may do what the engines
// do. An error says in one line what is wrong and what to do about it;
// warnings are one line each. It leaves no key.
func (s *Store) Check(ctx context.Context) (warnings []string, err error) {
	c := check{store: s}
	if err := s.Ping(ctx); !c.lacks(err, "+ping") && err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	if err := s.masters(ctx, func(node rueidis.Client) error { return c.look(ctx, node) }); !c.lacks(err, "+role") && err != nil {
		return c.warnings, fmt.Errorf("check: %w", err)
	}
	if err := c.subscribe(ctx); err != nil {
		return c.warnings, fmt.Errorf("check: subscribe: %w", err)
	}
	if len(c.rights) > 0 {
		return c.warnings, fmt.Errorf("the user of the store lacks rights: ACL SETUSER its-name %s", strings.Join(c.rights, " "))
	}
	return c.warnings, nil
}

// check is what was found so far.
type check struct {
	store    *Store
	warnings []string
	rights   []string // that are missing, as ACL SETUSER grants them
}

// look looks at one master.
func (c *check) look(ctx context.Context, node rueidis.Client) error {
	facts, err := c.info(ctx, node)
	if err != nil {
		return err
	}
	if facts.refusal() != "" {
		return errors.New(facts.refusal())
	}
	if facts["cluster_enabled"] == "1" && c.store.client.Mode() != rueidis.ClientModeCluster {
		// What a server said of its Cluster was refused, and so it was taken for one alone.
		c.grant("+cluster|shards +cluster|slots +asking +readonly")
		return nil
	}
	if warning := facts.warning(); warning != "" {
		c.warn(warning)
	}
	err = node.Do(ctx, node.B().Evalsha().Sha1(noScript).Numkeys(0).Build()).Error()
	if fault, ok := rueidis.IsRedisErr(err); !c.lacks(err, "+evalsha") && (!ok || !fault.IsNoScript()) {
		return fmt.Errorf("evalsha: %w", err)
	}
	return c.script(ctx, node)
}

// info returns what a master tells of itself, which may be nothing.
func (c *check) info(ctx context.Context, node rueidis.Client) (serverFacts, error) {
	text, err := node.Do(ctx, node.B().Info().Build()).ToString()
	if forbidden(err) {
		c.warn("INFO is forbidden to the user of the store: its version is unknown, and whether it may evict what it holds")
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("info: %w", err)
	}
	return parseInfo(text), nil
}

// script runs the commands of all scripts, on keys that belong to this master.
func (c *check) script(ctx context.Context, node rueidis.Client) error {
	var reply []string
	var err error
	for i := range slotTries {
		var keys []string
		for _, kind := range []string{"hash", "sorted"} {
			keys = append(keys, fmt.Sprintf("%s:{check%d}:%s", c.store.prefix, i, kind))
		}
		eval := node.B().Eval().Script(checkScript).Numkeys(int64(len(keys))).Key(keys...).Arg(c.channel()).Build()
		reply, err = node.Do(ctx, eval).AsStrSlice()
		if fault, ok := rueidis.IsRedisErr(err); !ok || !strings.HasPrefix(fault.Error(), "MOVED ") {
			break
		}
	}
	if c.lacks(err, "+eval") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("run a script: %w", err)
	}
	for call := range slices.Chunk(reply, 2) {
		if len(call) == 2 && !c.lacks(errors.New(call[1]), "+"+strings.ToLower(call[0])) {
			return fmt.Errorf("%s in a script: %s", call[0], call[1])
		}
	}
	return nil
}

func (c *check) subscribe(ctx context.Context) error {
	dedicated, release := c.store.client.Dedicate()
	defer release()
	dedicated.SetPubSubHooks(rueidis.PubSubHooks{OnMessage: func(rueidis.PubSubMessage) {}})
	err := dedicated.Do(ctx, dedicated.B().Subscribe().Channel(c.channel()).Build()).Error()
	if c.lacks(err, "+@pubsub") {
		return nil
	}
	return err
}

func (c *check) channel() string { return c.store.prefix + ":check" }

func (c *check) warn(text string) {
	if !slices.Contains(c.warnings, text) {
		c.warnings = append(c.warnings, text)
	}
}

// lacks reports whether an error means that a right is missing, and notes
// which: that of a key, of a channel, or of the command.
func (c *check) lacks(err error, command string) bool {
	if !forbidden(err) {
		return false
	}
	right := command
	switch text := err.Error(); {
	case strings.Contains(text, "command") && !strings.Contains(text, "mentioned in the command"):
	case strings.Contains(text, "channel"):
		right = "&" + c.store.prefix + ":*"
	case strings.Contains(text, "key"):
		right = "~" + c.store.prefix + ":*"
	}
	c.grant(right)
	return true
}

// grant notes a right that is missing.
func (c *check) grant(right string) {
	if !slices.Contains(c.rights, right) {
		c.rights = append(c.rights, right)
	}
}

// forbidden reports whether an error is that of an ACL. What scripts are told
// differs from version to version.
func forbidden(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "NOPERM") || strings.Contains(text, "The user executing the script can't") ||
		strings.Contains(text, "ACL failure in script")
}
