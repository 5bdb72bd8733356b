// Package signalingredis keeps rooms in Redis or Valkey, so that many nodes
// share them: a member's stream, its peers and its calls may each be on another
// one. Import it to run more than one node, or to let rooms outlive a restart.
//
// Everything that changes a room is a script, which acts on each deadline that
// has passed before it does its own work, as of the deadline's time. What is
// held in memory is only what each open stream has told. A node that dies takes
// its streams along after a lease of a few seconds; a node that only seemed to
// be dead gets them back.
//
// A store that lost its data is like a server that lost its memory: rooms are
// born again from their passes. A stream of the time before ends with
// signaling.ErrUnavailable, so that its member joins again; its cursor is of
// another life then, and the others are told that it lost its place.
package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var _ signaling.Engine = (*Engine)(nil)

// defaultLease is how long a stream lasts whose node says nothing.
const defaultLease = 8 * time.Second

// Config says what an Engine uses and what it may hold. All nodes of a store
// must have the same bounds.
type Config struct {
	// Store is where the rooms are. The caller closes it, after Run ended.
	Store *redisstore.Store
	// MaxRooms bounds the rooms held by all nodes, those remembered after their
	// end included, and MaxRoomsPerOwner those that were made by passes of one
	// owner. Zero: no bound. The rooms are spread over many parts, each with its
	// share of the bound and some more, so that a bound is met a little late.
	MaxRooms, MaxRoomsPerOwner int
	// MaxBytes bounds the unread signals held, by their Size, and
	// MaxBytesPerOwner those that one owner sent. Zero: no bound; otherwise as
	// for rooms.
	MaxBytes, MaxBytesPerOwner int
	// JoinTimeout is how long the members after the first have to join.
	// Zero: signaling.JoinTimeout.
	JoinTimeout time.Duration
	// Logger hears of what goes wrong in the background. Nil: slog.Default.
	Logger *slog.Logger

	clock *redisstore.Clock // tests'; nil: the store's
	lease time.Duration     // zero: defaultLease
	tags  int               // zero: defaultTags
}

// Engine is a signaling.Engine on a store. All methods may be called at once.
type Engine struct {
	config Config
	node   string // this one's name, new with each start
	tags   []string
	local  local
}

// New returns an engine. It connects to nothing and starts nothing: Run does
// the work in the background, without which nothing is wrong, but streams end
// with their leases, hear late of what other nodes do, and rooms that nobody
// uses stay.
func New(config Config) *Engine {
	if config.JoinTimeout == 0 {
		config.JoinTimeout = signaling.JoinTimeout
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.lease == 0 {
		config.lease = defaultLease
	}
	if config.tags == 0 {
		config.tags = defaultTags
	}
	config.MaxRooms, config.MaxRoomsPerOwner = share(config.MaxRooms, config.tags, 1), share(config.MaxRoomsPerOwner, config.tags, 1)
	config.MaxBytes, config.MaxBytesPerOwner = shareOfBytes(config.MaxBytes, config.tags), shareOfBytes(config.MaxBytesPerOwner, config.tags)
	return &Engine{config: config, node: name(), tags: tags(config.tags), local: newLocal()}
}

// Join implements signaling.Engine.
func (e *Engine) Join(ctx context.Context, pass signaling.Pass, cursor string, attempt uint32) (signaling.Watch, error) {
	if !hasBearer(pass) {
		return nil, signaling.ErrNotAMember
	}
	w := newWatch(e, pass)
	e.local.add(w) // before the store knows it: no bell may be missed
	arguments := append(about(pass), w.generation, count(uint64(attempt)), cursor)
	r, err := e.run(ctx, joinScript, pass.RoomID, w, arguments...)
	if err == nil {
		err = w.open(r)
	}
	if err != nil || w.over() {
		e.local.remove(w)
	}
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Append implements signaling.Engine.
func (e *Engine) Append(ctx context.Context, pass signaling.Pass, peerID string, firstSeq uint64, signals []signaling.Signal) (uint64, error) {
	peer, err := peerOf(pass, peerID)
	if err != nil {
		return 0, err
	}
	// More than scripts can count is a gap for them too.
	firstSeq = min(firstSeq, 1<<53)
	arguments := append(about(pass), strconv.Itoa(peer+1), count(firstSeq), strconv.Itoa(len(signals)))
	for _, signal := range signals {
		text, err := encodeSignal(signal)
		if err != nil {
			return 0, fmt.Errorf("append signals: %w", err)
		}
		arguments = append(arguments, strconv.Itoa(signal.Size()), text)
	}
	r, err := e.run(ctx, appendScript, pass.RoomID, nil, arguments...)
	if r.list == nil {
		return 0, err
	}
	return r.count(atRest), ofPeer(err)
}

// Leave implements signaling.Engine.
func (e *Engine) Leave(ctx context.Context, pass signaling.Pass) error {
	if !hasBearer(pass) {
		return signaling.ErrNotAMember
	}
	_, err := e.run(ctx, leaveScript, pass.RoomID, nil, about(pass)...)
	return err
}

// Report implements signaling.Engine.
func (e *Engine) Report(ctx context.Context, pass signaling.Pass, peerID string, outcome signaling.Outcome) (bool, error) {
	peer, err := peerOf(pass, peerID)
	if err != nil {
		return false, err
	}
	connected := "0"
	if outcome.Connected {
		connected = "1"
	}
	r, err := e.run(ctx, reportScript, pass.RoomID, nil, append(about(pass), strconv.Itoa(peer+1), connected)...)
	if err != nil {
		return false, ofPeer(err)
	}
	return r.number(atRest) == 1, nil
}

func hasBearer(pass signaling.Pass) bool { return pass.Slot >= 0 && pass.Slot < len(pass.Members) }

// peerOf returns the slot of another member that the pass names.
func peerOf(pass signaling.Pass, peerID string) (int, error) {
	slot := slices.IndexFunc(pass.Members, func(m signaling.Member) bool { return m.PeerID == peerID })
	if slot < 0 || slot == pass.Slot || !hasBearer(pass) {
		return 0, signaling.ErrPeerNotFound
	}
	return slot, nil
}

// ofPeer is the error of a call about a peer: without authority in the room,
// there is none.
func ofPeer(err error) error {
	if errors.Is(err, signaling.ErrNotAMember) {
		return signaling.ErrPeerNotFound
	}
	return err
}
