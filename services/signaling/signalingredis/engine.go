// Package signalingredis keeps rooms in Redis or Valkey, so that many nodes
// share them: a member's stream, its peers and its calls may each be on another
// node. Import it to run more than one node, or to let rooms outlive a restart.
//
// Package room has the rules. The store keeps the state of each room with a
// version. A node changes its copy and commits the result, if the store still
// has the version that the copy was of; otherwise it changes the newer state
// again. Each commit is published to the nodes that have streams in the room:
//
//	call -> room.Change of the node's copy -> lua/commit.lua -> PUBLISH
//	           ^                                   |               |
//	           +--- newer state, when another was first            v
//	                                            copies and streams of other nodes
//
// A node whose lease ends loses its streams; if it only seemed to be dead, it
// takes them up again. A store that lost data is noticed by versions and
// stamps: streams that told of what is lost end with signaling.ErrUnavailable,
// so that their members join again and the others hear what must be sent again.
package signalingredis

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

var _ signaling.Engine = (*Engine)(nil)

// Config says what an Engine uses and what it may hold. All nodes of a store
// must have the same limits and join timeout.
type Config struct {
	// Store is where the rooms are. The caller closes it, after Run ended.
	Store *redisstore.Store
	// Limits hold over all nodes. In a Cluster rooms are spread over many parts,
	// each with its share of a limit and some more, so that a limit is met a
	// little late.
	Limits signaling.Limits
	// JoinTimeout is how long the members after the first have to join.
	// Zero: signaling.JoinTimeout.
	JoinTimeout time.Duration
	// Logger hears of what goes wrong in the background. Nil: slog.Default.
	Logger *slog.Logger

	clock *redisstore.Clock // tests'; nil: the store's
	skew  time.Duration     // tests': how wrong this node's first idea of the time is
	lease time.Duration     // zero: defaultLease
	tags  int               // zero: as many as the store needs
}

// Engine is a signaling.Engine on a store. All methods may be called at once.
type Engine struct {
	config Config
	limits signaling.Limits // of each tag
	node   string           // this one's name, new with each start
	tags   []string
	lanes  map[string]*lane // by tag
	time   *redisstore.NodeTime
	echo   echo
	tasks  chan task // for Run

	mu    sync.Mutex // guards the following field
	rooms map[string]*copied
}

// New returns an engine. It connects to nothing and starts nothing. Without Run
// it stays correct, but its streams expire with their lease, changes of other
// nodes and deadlines are told late, and unused rooms are not deleted.
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
		config.tags = 1
		if config.Store.Sharded() {
			config.tags = clusterTags
		}
	}
	e := &Engine{
		config: config, limits: shares(config.Limits, config.tags), node: name(), tags: redisstore.Tags(config.tags),
		lanes: make(map[string]*lane), time: redisstore.NewNodeTime(config.clock, config.skew), rooms: make(map[string]*copied),
		tasks: make(chan task, tasksWaiting),
	}
	for _, tag := range e.tags {
		e.lanes[tag] = &lane{engine: e, tag: tag}
	}
	return e
}

// Join implements signaling.Engine.
func (e *Engine) Join(ctx context.Context, pass signaling.Pass, entry signaling.Entry) (signaling.Watch, error) {
	w := newWatch(e, pass)
	w.room = e.acquire(pass.RoomID) // until Close
	var last signaling.Event
	err := e.change(ctx, pass.RoomID, &call{
		do: func(c *room.Change) (err error) {
			last, err = c.Join(pass, room.Opening{
				Stream: w.stream, Node: e.node, Entry: entry, Timeout: e.config.JoinTimeout,
			})
			return err
		},
		committed: func(held *copied, r *room.Room) {
			if w.last = last; last == nil {
				w.reader = room.NewReader(r, pass)
				held.watches = append(held.watches, w)
			}
		},
	})
	if err != nil {
		if errors.Is(err, signaling.ErrUnavailable) { // it may have happened
			e.later(task{pass.RoomID, w.part(0)})
		}
		e.release(w.room)
		return nil, err
	}
	return w, nil
}

// Append implements signaling.Engine.
func (e *Engine) Append(ctx context.Context, pass signaling.Pass, peerID string, firstSeq uint64, signals []signaling.Signal) (stored uint64, err error) {
	to, err := room.PeerOf(pass, peerID)
	if err != nil {
		return 0, err
	}
	err = e.change(ctx, pass.RoomID, &call{do: func(c *room.Change) (err error) {
		stored, err = c.Append(pass, to, firstSeq, signals)
		return err
	}})
	return stored, err
}

// Leave implements signaling.Engine.
func (e *Engine) Leave(ctx context.Context, pass signaling.Pass) error {
	return e.change(ctx, pass.RoomID, &call{do: func(c *room.Change) error { return c.Leave(pass) }})
}

// Report implements signaling.Engine.
func (e *Engine) Report(ctx context.Context, pass signaling.Pass, peerID string, outcome signaling.Outcome) (confirmed bool, err error) {
	peer, err := room.PeerOf(pass, peerID)
	if err != nil {
		return false, err
	}
	err = e.change(ctx, pass.RoomID, &call{do: func(c *room.Change) (err error) {
		confirmed, err = c.Report(pass, peer, outcome)
		return err
	}})
	return confirmed, err
}

// name is random, and long enough to tell two nodes or two streams of a member
// apart: 65 bits.
func name() string { return rand.Text()[:13] }
