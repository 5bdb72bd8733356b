package signalingredis

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

//go:embed lua
var files embed.FS

var (
	joinScript   = newScript("join room", "join")
	appendScript = newScript("append signals", "append")
	leaveScript  = newScript("leave room", "leave")
	reportScript = newScript("report outcome", "report")
	pollScript   = newScript("poll room", "poll")
	partScript   = newScript("end stream", "part")
	tendScript   = newScript("tend room", "tend")
	dueScript    = redisstore.NewScript(files, "lua/due.lua")
)

// A script works on one room.
type script struct {
	step string // what it does, for errors
	lua  *redisstore.Script
}

func newScript(step, name string) script {
	return script{step, redisstore.NewScript(files, "lua/room.lua", "lua/inbox.lua", "lua/clocks.lua", "lua/use.lua", "lua/view.lua", "lua/"+name+".lua")}
}

// run runs a script on a room and lets the streams of this node look at it
// again, apart from the caller's own. Refusals are returned as they are.
func (e *Engine) run(ctx context.Context, script script, roomID string, own *watch, arguments ...string) (reply, error) {
	tag := e.tagOf(roomID)
	keys := []string{e.key(tag, "room:"+roomID), e.key(tag, "due"), e.key(tag, "held")}
	message, err := e.config.Store.Run(ctx, script.lua, e.config.clock, keys, append(e.settings(roomID), arguments...)...)
	if err != nil {
		e.local.wake(roomID, own) // it may have happened
		return reply{}, fmt.Errorf("%s: %w", script.step, storeError(ctx, err))
	}
	r := newReply(message)
	if r.number(atWoken) == 1 {
		e.local.wake(roomID, own)
	}
	if e.config.clock == nil {
		e.local.alarm(roomID, time.Duration(r.number(atWait))*time.Microsecond)
	}
	refusal := r.refusal()
	if *r.err != nil {
		return r, fmt.Errorf("%s: %w", script.step, *r.err)
	}
	return r, refusal
}

// settings are what each script on a room is told, as lua/room.lua lists it.
func (e *Engine) settings(roomID string) []string {
	c := e.config
	return append(make([]string, 0, 32), // the script's own arguments follow
		e.node, e.channel(""), roomID, micros(c.JoinTimeout), micros(c.lease),
		strconv.Itoa(c.MaxRooms), strconv.Itoa(c.MaxRoomsPerOwner), strconv.Itoa(c.MaxBytes), strconv.Itoa(c.MaxBytesPerOwner))
}

// about are the arguments that tell a script of a pass, as lua/use.lua lists
// them.
func about(pass signaling.Pass) []string {
	expires := ""
	if !pass.Expires.IsZero() {
		expires = decimal(pass.Expires.UnixMicro())
	}
	arguments := []string{
		strconv.Itoa(pass.Slot + 1), decimal(pass.MatchedAt.UnixMicro()), expires, pass.Owner, name(), strconv.Itoa(len(pass.Members)),
	}
	for _, member := range pass.Members {
		arguments = append(arguments, member.PeerID)
	}
	return arguments
}

func (e *Engine) key(tag, name string) string {
	return e.config.Store.Prefix() + ":{" + tag + "}:" + name
}

// channel is where a node hears of rooms that others changed.
func (e *Engine) channel(node string) string { return e.config.Store.Prefix() + ":s:" + node }

// storeError says what a caller can do about an error of the store.
func storeError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil: // the caller's own
		return ctx.Err()
	case errors.Is(err, redisstore.ErrUnavailable):
		return fmt.Errorf("%w: %w", signaling.ErrUnavailable, err)
	}
	return err
}

// name is random, and long enough to tell two nodes, two streams of a member
// or two lives of a room apart: 65 bits.
func name() string { return rand.Text()[:13] }

func micros(d time.Duration) string { return decimal(d.Microseconds()) }

func count(n uint64) string { return strconv.FormatUint(n, 10) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
