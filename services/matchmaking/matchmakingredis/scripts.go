package matchmakingredis

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

//go:embed lua
var files embed.FS

var (
	attachScript  = poolScript("walk", "attach")
	finishScript  = poolScript("finish")
	parkScript    = poolScript("park")
	seekScript    = poolScript("walk", "seek")
	tendScript    = poolScript("walk", "tend")
	lookScript    = poolScript("look")
	claimScript   = redisstore.NewScript(files, "lua/claim.lua")
	releaseScript = redisstore.NewScript(files, "lua/release.lua")
)

func poolScript(names ...string) *redisstore.Script {
	paths := []string{"lua/pool.lua"}
	for _, name := range names {
		paths = append(paths, "lua/"+name+".lua")
	}
	return redisstore.NewScript(files, paths...)
}

// lease is how long a node that says nothing counts as alive.
const lease = 8 * time.Second

// run runs a script on a pool that returns a list.
func (e *Engine) run(ctx context.Context, script *redisstore.Script, name string, arguments ...string) (*reply, error) {
	message, err := e.ask(ctx, script, name, arguments...)
	if err != nil {
		return nil, err
	}
	return newReply(name, message), nil
}

// ask runs a script on a pool.
func (e *Engine) ask(ctx context.Context, script *redisstore.Script, name string, arguments ...string) (rueidis.RedisMessage, error) {
	arguments = append([]string{e.node, number(e.config.lease.Microseconds()), e.channel(), name, rand.Text()}, arguments...)
	message, err := e.config.Store.Run(ctx, script, e.config.clock, e.poolKeys(name), arguments...)
	if script != lookScript {
		e.changes(name)
	}
	if err != nil {
		return message, storeError("pool", err)
	}
	return message, nil
}

// storeError says what a caller can do about an error of the store.
func storeError(step string, err error) error {
	if errors.Is(err, redisstore.ErrUnavailable) {
		return fmt.Errorf("%s: %w: %w", step, matchmaking.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", step, err)
}

// poolKeys are in the order in which lua/pool.lua names them.
func (e *Engine) poolKeys(name string) []string {
	tag := e.config.Store.Prefix() + ":{m:" + name + "}:"
	return []string{
		tag + "wait", tag + "tickets", tag + "due", tag + "nodes",
		tag + "counters", tag + "waits", tag + "claims", tag + "held",
	}
}

func (e *Engine) requestKey(pool, id string) string { return e.config.Store.Prefix() + ":{r:" + pool + ":" + id + "}" }

func (e *Engine) clientKey(pool, pseudonym string) string {
	return e.config.Store.Prefix() + ":{c:" + pool + ":" + encode(pseudonym) + "}"
}

func (e *Engine) channel() string { return e.config.Store.Prefix() + ":m:" }

func toJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return string(text)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
