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

// noScript is not the SHA-1 of any script.
const noScript = "0000000000000000000000000000000000000000"

// slotTries is how many keys are tried until one belongs to a given master of a
// Cluster, which has at most a thousand masters.
const slotTries = 10_000

// subscribeTries is how often Check tries to subscribe, because the client may
// choose a server of a Cluster that does not answer.
const subscribeTries = 5

//go:embed check.lua
var checkScript string

// Check checks every master before the store is used: whether it is a Redis or
// Valkey that is new enough, and whether the user has the rights that the engines
// need. An error says in one line what is wrong and what to do about it;
// warnings are one line each. A server of a Cluster that does not answer is a
// warning, as long as one master answers. It leaves no key.
func (s *Store) Check(ctx context.Context) (warnings []string, err error) {
	c := check{store: s}
	if err := s.Ping(ctx); !c.lacks(err, "+ping") && err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	if err := c.inspectMasters(ctx); err != nil {
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

// check is the result of Check so far.
type check struct {
	store    *Store
	warnings []string
	rights   []string // that are missing, as ACL SETUSER grants them
}

// inspectMasters inspects each master that answers.
func (c *check) inspectMasters(ctx context.Context) error {
	var silent error
	inspected := 0
	for address, node := range c.store.client.Nodes() {
		role, err := roleOf(node.Do(ctx, node.B().Role().Build()))
		_, answered := rueidis.IsRedisErr(err)
		switch {
		case c.lacks(err, "+role"):
			inspected++
			continue
		case err != nil && !answered && c.store.client.Mode() == rueidis.ClientModeCluster:
			silent = fmt.Errorf("role of %s: %w", address, unavailable(err))
			c.warn(fmt.Sprintf("%s does not answer, so it was not checked: %v", address, err))
			continue
		case err != nil:
			return fmt.Errorf("role of %s: %w", address, unavailable(err))
		case role != "master":
			continue
		}
		if err := c.inspect(ctx, node); err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		inspected++
	}
	if inspected == 0 {
		return silent
	}
	return nil
}

// inspect checks one master.
func (c *check) inspect(ctx context.Context, node rueidis.Client) error {
	facts, err := c.info(ctx, node)
	if err != nil {
		return err
	}
	if facts.refusal() != "" {
		return errors.New(facts.refusal())
	}
	if facts["cluster_enabled"] == "1" && c.store.client.Mode() != rueidis.ClientModeCluster {
		// The client may not ask the server for its Cluster, and so treats it as
		// a standalone server.
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

// info returns the facts about a master, or none if the user may not ask.
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
	var err error
	for range subscribeTries {
		err = c.subscribeOnce(ctx)
		if _, answered := rueidis.IsRedisErr(err); err == nil || answered || ctx.Err() != nil {
			break
		}
	}
	if c.lacks(err, "+@pubsub") {
		return nil
	}
	return err
}

// subscribeOnce subscribes at one server; the client chooses which.
func (c *check) subscribeOnce(ctx context.Context) error {
	dedicated, release := c.store.client.Dedicate()
	defer release()
	dedicated.SetPubSubHooks(rueidis.PubSubHooks{OnMessage: func(rueidis.PubSubMessage) {}})
	return dedicated.Do(ctx, dedicated.B().Subscribe().Channel(c.channel()).Build()).Error()
}

func (c *check) channel() string { return c.store.prefix + ":check" }

func (c *check) warn(text string) {
	if !slices.Contains(c.warnings, text) {
		c.warnings = append(c.warnings, text)
	}
}

// lacks reports whether an error means that a right is missing, and adds that
// right to the list: for keys, for channels, or for the command.
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

// grant adds a missing right to the list.
func (c *check) grant(right string) {
	if !slices.Contains(c.rights, right) {
		c.rights = append(c.rights, right)
	}
}

// forbidden reports whether an error comes from an ACL. Its text inside scripts
// differs between versions.
func forbidden(err error) bool {
	return err != nil && forbiddenText(err.Error())
}

func forbiddenText(text string) bool {
	return strings.Contains(text, "NOPERM") || strings.Contains(text, "The user executing the script can't") ||
		strings.Contains(text, "ACL failure in script")
}
