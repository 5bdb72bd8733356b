package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// shareOfMemory is the share of a container's or machine's memory that the Go
	// runtime may use. It does not count the page cache and the kernel's buffers.
	shareOfMemory = 0.9
	// highestFloor is the largest floor of limitMemory, in bytes.
	highestFloor = 32 << 20
	// trimEvery is how often the program looks for unused memory to return.
	trimEvery = 30 * time.Second
	// trimAbove is how much unused memory, in bytes, is worth a collection.
	trimAbove = 16 << 20
	// trimsAfterWork is how many collections follow when the program has worked. Each
	// of them halves the stacks that are mostly unused: those of a crowd that has
	// come to wait.
	trimsAfterWork = 3
)

// limitMemory applies --memory-limit: the garbage collector works harder as the
// heap comes near to the limit. The variables GOMEMLIMIT and GOGC win.
//
// The floor keeps the collector from running many times a second over the few
// megabytes that a node with few people holds: while the floor is referenced, the
// heap grows by twice its size before it runs. The floor itself is never touched,
// so it takes no memory; what the heap grows by does.
func limitMemory(flag string) (floor []byte, err error) {
	limit := debug.SetMemoryLimit(-1)
	_, set := os.LookupEnv("GOMEMLIMIT")
	if !set {
		if limit, err = memoryLimit(flag); err != nil {
			return nil, fmt.Errorf("--memory-limit: %w", err)
		}
	}
	size := min(limit/32, highestFloor)
	if os.Getenv("GOGC") != "" {
		size = 0
	}
	if !set && limit < math.MaxInt64-size {
		limit += size // the floor counts as used
	}
	debug.SetMemoryLimit(limit)
	return make([]byte, size), nil
}

// memoryLimit returns what --memory-limit means, in bytes.
func memoryLimit(flag string) (int64, error) {
	switch flag {
	case "off":
		return math.MaxInt64, nil
	case "auto":
		limit, err := memlimit.ApplyRatio(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem), shareOfMemory)()
		if err != nil || limit > math.MaxInt64 { // neither a container nor a known system
			return math.MaxInt64, nil //nolint:nilerr // the program runs without a limit
		}
		return int64(limit), nil
	}
	return parseSize(flag)
}

// parseSize parses a size as GOMEMLIMIT has it, such as 512MiB.
func parseSize(text string) (int64, error) {
	number, shift := text, 0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			number, shift = rest, 10*(i+1)
		}
	}
	size, err := strconv.ParseInt(strings.TrimSuffix(number, "B"), 10, 64)
	if err != nil || size <= 0 || size > math.MaxInt64>>shift {
		return 0, errors.New("must be auto, off, or a size such as 512MiB")
	}
	return size << shift, nil
}

// returnMemory keeps the floor of limitMemory, and returns unused memory to the
// system once the node is quiet, until ctx ends. By itself the runtime keeps what
// the heap may grow to: twice of what a crowd took that has arrived.
func returnMemory(ctx context.Context, floor []byte) {
	defer runtime.KeepAlive(floor)
	ticker := time.NewTicker(trimEvery)
	defer ticker.Stop()
	state := trims{last: readHeap(uint64(len(floor)))}
	for {
		select {
		case <-ticker.C:
			if state.due(readHeap(uint64(len(floor)))) {
				debug.FreeOSMemory()
			}
		case <-ctx.Done():
			return
		}
	}
}

// trims decides when memory is returned.
type trims struct {
	last heap // as of the look before
	left int  // collections that follow the last work
}

// due reports whether memory is to be returned now.
func (t *trims) due(now heap) bool {
	much := now.live/4 + trimAbove
	worked := now.allocated-t.last.allocated >= much
	t.last = now
	if worked {
		t.left = trimsAfterWork
		return false
	}
	due := t.left > 0 || now.unused > much
	t.left = max(0, t.left-1)
	return due
}

// heap is what the runtime knows of the heap, in bytes.
type heap struct {
	allocated uint64 // since the start
	live      uint64 // after the last collection, without the floor
	unused    uint64 // garbage and free memory that is not returned
}

func readHeap(floor uint64) heap {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(samples)
	live := samples[1].Value.Uint64()
	garbage := max(samples[2].Value.Uint64(), live) - live
	return heap{
		allocated: samples[0].Value.Uint64(),
		live:      max(live, floor) - floor,
		unused:    garbage + samples[3].Value.Uint64(),
	}
}
