// Package room holds the rules of a room, for every engine: what each call
// does, which deadlines run and what a stream is told. It knows no lock, clock
// or store. A Room is a value; a Change makes the next one of it.
//
//	c := room.Begin(current, now, limit) // does what was due before now
//	stored, err := c.Append(pass, slot, firstSeq, signals)
//	save(c.Room, c.Stored, c.Dropped)    // the text of signals is not in a Room
//
// Import it to write an engine.
package room

import (
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// An Instant is a time in microseconds since 1970. Zero: never.
type Instant int64

// At returns the instant of a time; zero for the zero time.
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMicro())
}

// Time is the inverse of At.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)) }

// Add returns the instant after a duration.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Microseconds()) }

// Sub returns the duration from other to i.
func (i Instant) Sub(other Instant) time.Duration { return time.Duration(i-other) * time.Microsecond }

// A Room is the state of a room. It never changes once it is made, so any
// number of goroutines may read it. The numbers are those under which stores
// keep the fields: nodes of two versions of this program share a store, so a
// number is never given to anything else.
type Room struct {
	// Life tells this room from an earlier one with the same id.
	Life string `cbor:"1,keyasint,omitzero"`
	// Owner is charged for the room.
	Owner string `cbor:"2,keyasint,omitzero"`
	// PeerIDs name the members, in slot order.
	PeerIDs   []string `cbor:"3,keyasint,omitzero"`
	Members   []Member `cbor:"4,keyasint,omitzero"`
	MatchedAt Instant  `cbor:"5,keyasint,omitzero"`
	// Reborn says that the first life of the room is lost: nobody is missing,
	// lost or late in it.
	Reborn bool  `cbor:"6,keyasint,omitzero"`
	Phase  Phase `cbor:"7,keyasint,omitzero"`
	// Reason is why the room closed, at ClosedAt. Zero: it is open.
	Reason   signaling.CloseReason `cbor:"8,keyasint,omitzero"`
	ClosedAt Instant               `cbor:"9,keyasint,omitzero"`
	// Stamp is the last one given out; see Position.
	Stamp Instant `cbor:"10,keyasint,omitzero"`

	// The deadlines of the room. VerdictAt closes it unless everyone joins,
	// and then connects, in time. IdleAt closes a reborn room in which the
	// member of slot Lone-1 stays alone. ForgetAt runs while no stream is open.
	VerdictAt Instant `cbor:"11,keyasint,omitzero"`
	IdleAt    Instant `cbor:"12,keyasint,omitzero"`
	Lone      int     `cbor:"13,keyasint,omitzero"`
	ExpiresAt Instant `cbor:"14,keyasint,omitzero"`
	ForgetAt  Instant `cbor:"15,keyasint,omitzero"`
}

// Phase is how far a room that is not reborn has come.
type Phase int

// The phases of a room.
const (
	Unused     Phase = iota // nobody has joined
	Joining                 // somebody has
	Connecting              // nobody is expected any more
)

// A Member is a person in a room.
type Member struct {
	State   signaling.State `cbor:"1,keyasint,omitzero"`
	Attempt uint32          `cbor:"2,keyasint,omitzero"`
	// Stream names the last stream that joined, and Node where it is open.
	// Node is empty when the member has no open stream.
	Stream string `cbor:"3,keyasint,omitzero"`
	Node   string `cbor:"4,keyasint,omitzero"`
	// Began is where that stream began.
	Began Beginning `cbor:"5,keyasint,omitzero"`
	// LostAt is when a member without a stream becomes lost.
	LostAt Instant `cbor:"6,keyasint,omitzero"`
	LeftAt Instant `cbor:"7,keyasint,omitzero"`
	// Connected has a bit for each slot whose connection the member reported, or
	// proved to that one.
	Connected uint64 `cbor:"8,keyasint,omitzero"`
	// Innocent says that the room is closed and gives the place back.
	Innocent bool `cbor:"9,keyasint,omitzero"`
	// Resynced holds, for each slot, the stamp of the last time that member
	// lost its place in its inbox.
	Resynced []Instant `cbor:"10,keyasint,omitzero"`
	Inbox    Inbox     `cbor:"11,keyasint,omitzero"`
	// JoinedAt is when the member first joined, and DescribedAt, for each slot,
	// when it first sent that member an offer or an answer.
	JoinedAt    Instant   `cbor:"12,keyasint,omitzero"`
	DescribedAt []Instant `cbor:"13,keyasint,omitzero"`
	// Failed has a bit for each slot to which the member reported that
	// connecting failed.
	Failed uint64 `cbor:"14,keyasint,omitzero"`
	// PaidAt is, for each slot, when everything the member sent that one is paid
	// for, at one SignalEvery.
	PaidAt []Instant `cbor:"15,keyasint,omitzero"`
}

// A Beginning is how a stream started.
type Beginning struct {
	Position Position `cbor:"1,keyasint,omitzero"`
	// Resumed says that the caller's cursor was honoured.
	Resumed bool `cbor:"2,keyasint,omitzero"`
	// Stamp orders the streams of a member.
	Stamp Instant `cbor:"3,keyasint,omitzero"`
}

// clone returns a copy that can be changed. It is made for every change, so what
// has a known size shares one array.
func (r *Room) clone() *Room {
	copied := *r
	copied.Members = slices.Clone(r.Members)
	members := len(r.Members)
	instants, seqs := make([]Instant, 0, 3*members*members), make([]uint64, 0, members*members)
	for slot := range copied.Members {
		m := &copied.Members[slot]
		m.Resynced, instants = copyInto(instants, m.Resynced)
		m.DescribedAt, instants = copyInto(instants, m.DescribedAt)
		m.PaidAt, instants = copyInto(instants, m.PaidAt)
		m.Inbox.Stored, seqs = copyInto(seqs, m.Inbox.Stored)
		m.Inbox.Batches = slices.Clone(m.Inbox.Batches)
	}
	return &copied
}

// copyInto appends values to an array and returns their copy, which never grows
// into what follows, and the array.
func copyInto[T any](array, values []T) (copied, all []T) {
	if values == nil {
		return nil, array
	}
	all = append(array, values...)
	return all[len(array):len(all):len(all)], all
}

// agrees reports whether a pass names the members of this room.
func (r *Room) agrees(pass signaling.Pass) bool {
	return slices.EqualFunc(r.PeerIDs, pass.Members, func(id string, m signaling.Member) bool { return id == m.PeerID })
}

// Confirmed reports whether both members said that they are connected.
func (r *Room) Confirmed(a, b int) bool {
	return r.Members[a].Connected&(1<<b) != 0 && r.Members[b].Connected&(1<<a) != 0
}

// settled reports whether all pairs of a member are confirmed. Pairs with
// members who left are ignored.
func (r *Room) settled(slot int) bool {
	for peer := range r.Members {
		if peer != slot && r.Members[peer].State != signaling.Left && !r.Confirmed(slot, peer) {
			return false
		}
	}
	return true
}

func (r *Room) allSettled() bool {
	for slot := range r.Members {
		if r.Members[slot].State != signaling.Left && !r.settled(slot) {
			return false
		}
	}
	return true
}

// everConfirmed reports whether a member was connected to anybody.
func (r *Room) everConfirmed(slot int) bool {
	for peer := range r.Members {
		if peer != slot && r.Confirmed(slot, peer) {
			return true
		}
	}
	return false
}

func (r *Room) any(is func(m *Member) bool) bool {
	for slot := range r.Members {
		if is(&r.Members[slot]) {
			return true
		}
	}
	return false
}

func expected(m *Member) bool { return m.State == signaling.Expected }
func open(m *Member) bool     { return m.Node != "" }

// alone returns the slot of the only member with an open stream, plus one, if
// the room is reborn and that member has somebody left to connect to.
func (r *Room) alone() int {
	lone := 0
	for slot := range r.Members {
		if !open(&r.Members[slot]) {
			continue
		}
		if lone != 0 {
			return 0
		}
		lone = slot + 1
	}
	if !r.Reborn || lone == 0 || r.settled(lone-1) {
		return 0
	}
	return lone
}

// valid reports whether a room that was read from elsewhere can be used.
func (r *Room) valid() bool {
	members := len(r.Members)
	if members == 0 || members > 64 || len(r.PeerIDs) != members || r.Lone < 0 || r.Lone > members {
		return false
	}
	return !r.any(func(m *Member) bool {
		return len(m.Resynced) != members || len(m.Inbox.Stored) != members ||
			slices.ContainsFunc(m.Inbox.Batches, func(b Batch) bool {
				return b.From < 0 || b.From >= members || len(b.Sizes) == 0 || b.Offset == 0
			})
	})
}

// Nodes returns the nodes on which streams of the room are open, each once. A
// nil room has none.
func (r *Room) Nodes() []string {
	if r == nil {
		return nil
	}
	var nodes []string
	for slot := range r.Members {
		if node := r.Members[slot].Node; node != "" && !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	return nodes
}
