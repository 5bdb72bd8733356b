package matchmakingredis

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

//go:embed lua
var files embed.FS

var (
	attachScript  = newScript("pool", "ticket", "limits", "walk", "attach")
	cancelScript  = newScript("pool", "ticket", "limits", "cancel")
	parkScript    = newScript("pool", "ticket", "park")
	tendScript    = newScript("pool", "ticket", "walk", "tend")
	lookScript    = newScript("look")
	discardScript = newScript("discard")
)

const (
	// lease is how long a node that is not heard of counts as alive.
	lease = 8 * time.Second
	// slack is how much longer than needed the store keeps a pool that no node
	// uses: nodes prolong the lives of keys now and then only.
	slack = 30 * time.Second
	// keptWaits is how many waits a pool remembers for its median.
	keptWaits = 32
	// turnPause lets others have their turn between those of a walk.
	turnPause = time.Millisecond
	// cleaningPause is how often arrivals clean up a pool.
	cleaningPause = time.Second
)

// constants returns Lua that defines the numbers of the rules. Times are in
// microseconds.
func constants() []byte {
	var text strings.Builder
	for _, constant := range []struct {
		name  string
		value int64
	}{
		{"widenAfter", matchmaking.WidenAfter.Microseconds()},
		{"retention", matchmaking.Retention.Microseconds()},
		{"recentWaits", matchmaking.RecentWaits.Microseconds()},
		{"parkedGrace", matchmaking.ParkedGrace.Microseconds()},
		{"shortParkedGrace", matchmaking.ShortParkedGrace.Microseconds()},
		{"shortStream", matchmaking.ShortStream.Microseconds()},
		{"turnPause", turnPause.Microseconds()},
		{"cleaningPause", cleaningPause.Microseconds()},
		{"maxLook", matchmaking.MaxLook},
		{"crowdFrom", matchmaking.CrowdFrom},
		{"crowdShare", matchmaking.CrowdShare},
		{"keptWaits", keptWaits},
		{"endCancelled", int64(matchmaking.EndCancelled)},
		{"endExpired", int64(matchmaking.EndExpired)},
		{"endSuperseded", int64(matchmaking.EndSuperseded)},
		{"endClientGone", int64(matchmaking.EndClientGone)},
	} {
		fmt.Fprintf(&text, "local %s = %d\n", constant.name, constant.value)
	}
	return []byte(text.String())
}

// scriptFiles are the embedded files and constants.
type scriptFiles struct{ embed.FS }

const constantsFile = "constants"

// ReadFile implements fs.ReadFileFS.
func (f scriptFiles) ReadFile(name string) ([]byte, error) {
	if name == constantsFile {
		return constants(), nil
	}
	return f.FS.ReadFile(name)
}

func newScript(names ...string) *redisstore.Script {
	paths := []string{constantsFile}
	for _, name := range names {
		paths = append(paths, "lua/"+name+".lua")
	}
	return redisstore.NewScript(scriptFiles{files}, paths...)
}

// ask runs a script that changes a pool.
func (e *Engine) ask(ctx context.Context, step string, script *redisstore.Script, pool string, arguments ...string) (redisstore.Reply, error) {
	common := []string{
		e.node, number(e.config.lease.Microseconds()), number(e.keyLife().Milliseconds()), e.channel(), pool, rand.Text(),
	}
	reply, err := e.config.Store.Ask(ctx, script, e.config.clock, e.poolKeys(pool), append(common, arguments...)...)
	e.forgetBusy(pool)
	return reply, stepError(step, err)
}

// stepError says which step failed, and whether the call may be repeated.
func stepError(step string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, redisstore.ErrUnavailable):
		return fmt.Errorf("%s: %w: %w", step, matchmaking.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", step, err)
}

// keyLife is how long the store keeps a pool in which nothing happens: until a
// ticket that was held by the last node is parked, has ended and is forgotten.
func (e *Engine) keyLife() time.Duration {
	return e.config.lease + matchmaking.ParkedGrace + matchmaking.Retention + slack
}

// poolKeys are in the order in which lua/pool.lua names them.
func (e *Engine) poolKeys(pool string) []string {
	tag := e.config.Store.Prefix() + ":{m:" + pool + "}:"
	return []string{tag + "pool", tag + "rows", tag + "times"}
}

// channel begins the names of the channels of nodes.
func (e *Engine) channel() string { return e.config.Store.Prefix() + ":m:" }

func number(n int64) string { return strconv.FormatInt(n, 10) }

func flag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}
