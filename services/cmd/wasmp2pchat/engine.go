package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

// The bounds of --limits=on besides those of calls. A ticket or a room takes
// about 2 KB.
var (
	ticketBounds = matchmaking.Limits{MaxTickets: 100_000, MaxTicketsPerOwner: 2_000}
	roomBounds   = signaling.Limits{
		MaxRooms: 100_000, MaxRoomsPerOwner: 2_000,
		MaxBytes: 256 << 20, MaxBytesPerOwner: 16 << 20,
	}
)

// checkTimeout bounds how long the store is looked at before this node serves.
const checkTimeout = 10 * time.Second

// engines are what keeps the tickets and the rooms. One that is not served is
// nil.
type engines struct {
	matchmaking matchmaking.Engine
	signaling   signaling.Engine
	ping        func(context.Context) error // asks the store; nil: there is none
	close       func()                      // after the last call
}

func openEngines(ctx context.Context, flags flags, logger *slog.Logger) (engines, error) {
	tickets, rooms := ticketBounds, roomBounds
	if flags.Limits == "off" {
		logger.Warn("limits are off: anybody can fill this server's memory")
		tickets, rooms = matchmaking.Limits{}, signaling.Limits{}
	}
	opened := engines{close: func() {}}
	if !flags.inMemory() && flags.hasState() {
		return openStore(ctx, flags, tickets, rooms, logger)
	}
	if flags.serves("matchmaking") {
		opened.matchmaking = matchmakingmem.New(matchmakingmem.Config{Limits: tickets})
	}
	if flags.serves("signaling") {
		opened.signaling = signalingmem.New(signalingmem.Config{Limits: rooms, JoinTimeout: flags.JoinTimeout})
	}
	return opened, nil
}

// openStore connects to the store, says what is wrong with it, and runs the
// engines on it until they are closed.
func openStore(ctx context.Context, flags flags, tickets matchmaking.Limits, rooms signaling.Limits, logger *slog.Logger) (engines, error) {
	store, err := redisstore.Open(flags.Engine)
	if err != nil {
		return engines{}, fmt.Errorf("engine: %w", err)
	}
	checking, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	warnings, err := store.Check(checking)
	for _, warning := range warnings {
		logger.Warn("engine: " + warning)
	}
	if err != nil {
		store.Close()
		return engines{}, fmt.Errorf("engine: %w", err)
	}
	opened := engines{ping: store.Ping}
	// Streams are ended through the engines, so these run on as ctx ends.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	if flags.serves("matchmaking") {
		engine := matchmakingredis.New(matchmakingredis.Config{
			Store: store, Limits: tickets, Logger: logger,
		})
		all.Go(func() { engine.Run(running) })
		opened.matchmaking = engine
	}
	if flags.serves("signaling") {
		engine := signalingredis.New(signalingredis.Config{
			Store: store, Limits: rooms, JoinTimeout: flags.JoinTimeout, Logger: logger,
		})
		all.Go(func() { engine.Run(running) })
		opened.signaling = engine
	}
	opened.close = func() {
		stop()
		all.Wait()
		store.Close()
	}
	return opened, nil
}
