package redisstore

import (
	"context"
	_ "embed"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

//go:embed now.lua
var now string

// A Script is a Lua script that the store runs atomically. It may run twice for
// one call, so the second run must change nothing more. All its keys must be
// given with the call and share one hash tag.
type Script struct {
	lua *rueidis.Lua
}

// NewScript returns the script that consists of files, in order. In it, the local
// variable now is the time in microseconds, and the arguments begin at ARGV[2].
func NewScript(files fs.ReadFileFS, names ...string) *Script {
	var text strings.Builder
	text.WriteString(now)
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			panic(err) // the caller embeds its files
		}
		text.Write(content)
	}
	return &Script{lua: rueidis.NewLuaScript(text.String())}
}

// A Clock gives scripts the time. Nil: the store's own clock.
type Clock struct {
	microseconds atomic.Int64
}

// NewClock returns a clock that stands still at the given time.
func NewClock(at time.Time) *Clock {
	c := &Clock{}
	c.Set(at)
	return c
}

// Now returns the time that was set last.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.microseconds.Load()) }

// Set sets the clock.
func (c *Clock) Set(at time.Time) { c.microseconds.Store(at.UnixMicro()) }

func (c *Clock) argument() string {
	if c == nil {
		return ""
	}
	return number(c.microseconds.Load())
}

// Run runs a script and returns its reply. It goes on when ctx ends: whether a
// script ran must not be left open because a caller went away. Errors wrap
// ErrUnavailable when they pass by themselves.
func (s *Store) Run(ctx context.Context, script *Script, clock *Clock, keys []string, arguments ...string) (rueidis.RedisMessage, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	arguments = append([]string{clock.argument()}, arguments...)
	for attempt := 1; ; attempt++ {
		reply, err := script.lua.Exec(ctx, s.client, keys, arguments).ToMessage()
		if err == nil || rueidis.IsRedisNil(err) {
			return reply, nil
		}
		if attempt == attempts || !passes(err) || ctx.Err() != nil {
			return reply, unavailable(err)
		}
		if pause(ctx, time.Duration(attempt)*50*time.Millisecond) != nil {
			return reply, unavailable(err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
