package matchmakingredis

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A view is a ticket as the store tells of it, in replies and notifications.
type view struct {
	pool       string
	requestID  string
	state      string // parked, waiting, matched, ended
	generation string // of the stream that has it, or had it last
	widened    bool
	back       bool // it was known before that stream, or redeemed a claim
	place      int64
	since      time.Time
	arrived    time.Time
	requeues   int
	placeKept  bool  // by a claim
	version    int64 // later views of a ticket have higher ones
	reason     matchmaking.EndReason
	forget     time.Time // when it has ended
	match      *matchmaking.Match
}

// parseView reads what view in lua/ticket.lua wrote.
func parseView(pool, text string) (view, error) {
	p := parser{rest: text, more: true}
	v := view{
		pool: pool, requestID: p.text(), state: p.text(), generation: p.text(), widened: p.number() == 1, back: p.number() == 1,
		place: p.number(), since: p.time(), arrived: p.time(), requeues: int(p.number()), placeKept: p.number() == 1,
		version: p.number(), reason: matchmaking.EndReason(p.number()), forget: p.time(),
	}
	if v.state != "matched" {
		return v, p.err
	}
	room, slot := p.text(), int(p.number())
	interest, introductions := p.met()
	v.match = &matchmaking.Match{
		RoomID: room, Slot: slot, Interest: interest, At: p.time(), Pool: pool,
		Place: v.place, Since: v.since, Requeues: v.requeues,
	}
	for p.more {
		v.match.Members = append(v.match.Members, matchmaking.Member{PeerID: p.text(), Pseudonym: p.decoded(p.text())})
	}
	v.match.GroupSize = len(v.match.Members)
	for slot, introduction := range introductions {
		if slot < v.match.GroupSize {
			v.match.Members[slot].Introduction = introduction
		}
	}
	if p.err == nil && (v.match.Slot < 0 || v.match.Slot >= v.match.GroupSize) {
		p.fail(errors.New("slot is out of range"))
	}
	return v, p.err
}

// A parser reads the parts of a text. It goes on with zero values after an
// error.
type parser struct {
	rest string
	more bool
	err  error
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: view of a ticket: %w", redisstore.ErrReply, err)
	}
}

func (p *parser) text() string {
	if !p.more {
		p.fail(errors.New("too short"))
	}
	var part string
	part, p.rest, p.more = strings.Cut(p.rest, "|")
	return part
}

func (p *parser) number() int64 {
	n, err := strconv.ParseInt(p.text(), 10, 64)
	if err != nil {
		p.fail(err)
	}
	return n
}

func (p *parser) time() time.Time { return time.UnixMicro(p.number()) }

func (p *parser) decoded(text string) string {
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		p.fail(err)
	}
	return string(decoded)
}

// met reads the bucket in which a group met, as introduce in lua/walk.lua wrote
// it: the size, the introductions by slot if there are any, and the interest.
func (p *parser) met() (interest string, introductions []string) {
	before, encoded, _ := strings.Cut(p.text(), ":")
	for i, text := range strings.Split(before, ".") {
		if i > 0 {
			introductions = append(introductions, p.decoded(text))
		}
	}
	return p.decoded(encoded), introductions
}

// encode returns a text without the characters that separate the parts of rows
// and views.
func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// bucketOf names the bucket of those who wait for a group of one size because
// of one interest. Empty: of anybody.
func bucketOf(groupSize int, interest string) string {
	return fmt.Sprintf("%d:%s", groupSize, encode(interest))
}

// final reports whether the ticket has ended.
func (v view) final() bool { return v.state == "matched" || v.state == "ended" }

// last is the last event of a ticket that has ended.
func (v view) last() matchmaking.Event {
	if v.match != nil {
		return matchmaking.Matched{Match: *v.match}
	}
	return matchmaking.Ended{Reason: v.reason}
}

const (
	// waitWidth is how many characters a wait has, of which the first timeWidth
	// say when the match was made.
	waitWidth, timeWidth = 26, 16
)

// medianWait reads the latest waits, as match in lua/walk.lua wrote them.
func medianWait(waits string, now time.Time) time.Duration {
	var took []time.Duration
	for ; len(waits) >= waitWidth; waits = waits[waitWidth:] {
		at, err := strconv.ParseInt(waits[:timeWidth], 10, 64)
		waited, err2 := strconv.ParseInt(waits[timeWidth:waitWidth], 10, 64)
		if err == nil && err2 == nil && now.Sub(time.UnixMicro(at)) < matchmaking.RecentWaits {
			took = append(took, time.Duration(waited)*time.Microsecond)
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}
