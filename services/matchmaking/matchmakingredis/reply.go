package matchmakingredis

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// errReply means that a script answered what this program does not
// understand: another version of it shares the store.
var errReply = errors.New("unexpected reply of the store")

// A reply is the list that a script returned. The first thing in it that is
// not as expected is kept in err, and reading goes on with zero values.
type reply struct {
	name string // of the pool
	list []rueidis.RedisMessage
	err  error
}

func newReply(name string, message rueidis.RedisMessage) *reply {
	r := &reply{name: name}
	r.list = r.array(message)
	return r
}

func (r *reply) array(message rueidis.RedisMessage) []rueidis.RedisMessage {
	list, err := message.ToArray()
	r.note(err)
	return list
}

func (r *reply) note(err error) {
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%w: %w", errReply, err)
	}
}

func (r *reply) at(list []rueidis.RedisMessage, i int) *rueidis.RedisMessage {
	if i >= len(list) {
		r.note(errors.New("too short"))
		return &rueidis.RedisMessage{}
	}
	return &list[i]
}

func (r *reply) text(list []rueidis.RedisMessage, i int) string {
	text, err := r.at(list, i).ToString()
	r.note(err)
	return text
}

func (r *reply) number(list []rueidis.RedisMessage, i int) int64 {
	n, err := r.at(list, i).AsInt64()
	r.note(err)
	return n
}

func (r *reply) time(list []rueidis.RedisMessage, i int) time.Time {
	return time.UnixMicro(r.number(list, i))
}

func (r *reply) texts(message rueidis.RedisMessage) []string {
	list := r.array(message)
	texts := make([]string, 0, len(list))
	for i := range list {
		texts = append(texts, r.text(list, i))
	}
	return texts
}

// pool reads how busy a pool is.
func (r *reply) pool(i int) matchmaking.Pool {
	list := r.array(*r.at(r.list, i))
	if len(list) == 0 {
		return matchmaking.Pool{}
	}
	now := r.number(list, 2)
	var took []time.Duration
	for _, entry := range r.texts(*r.at(list, 1)) {
		at, waited, _ := strings.Cut(entry, ":")
		if since := time.Duration(now-parse(at)) * time.Microsecond; since < matchmaking.RecentWaits {
			took = append(took, time.Duration(parse(waited))*time.Microsecond)
		}
	}
	pool := matchmaking.Pool{Waiting: int(r.number(list, 0))}
	if len(took) > 0 {
		slices.Sort(took)
		pool.MedianWait = took[len(took)/2]
	}
	return pool
}

// parse reads what a script wrote.
func parse(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// A view is a ticket as the store has it.
type view struct {
	pool       string
	requestID  string
	state      string // unknown, parked, waiting, matched, ended
	generation string // of the stream that has it, or had it last
	widened    bool
	placeKept  bool
	reason     matchmaking.EndReason
	place      int64
	since      time.Time
	arrived    time.Time
	requeues   int
	redeemed   bool
	match      *match
}

type match struct {
	room     string
	slot     int
	interest string
	at       time.Time
	members  []matchmaking.Member
}

func (r *reply) view(i int) view { return r.readView(*r.at(r.list, i)) }

func (r *reply) views(i int) []view {
	list := r.array(*r.at(r.list, i))
	views := make([]view, 0, len(list))
	for _, message := range list {
		views = append(views, r.readView(message))
	}
	return views
}

func (r *reply) readView(message rueidis.RedisMessage) view {
	list := r.array(message)
	v := view{pool: r.name, requestID: r.text(list, 0), state: r.text(list, 1)}
	if v.state == "unknown" {
		return v
	}
	v.generation = r.text(list, 2)
	v.widened = r.number(list, 3) == 1
	v.placeKept = r.number(list, 4) == 1
	v.reason = matchmaking.EndReason(r.number(list, 5))
	v.place = r.number(list, 6)
	v.since, v.arrived = r.time(list, 7), r.time(list, 8)
	v.requeues = int(r.number(list, 9))
	v.redeemed = r.number(list, 10) == 1
	if len(list) > 11 {
		v.match = r.readMatch(list[11])
	}
	return v
}

func (r *reply) readMatch(message rueidis.RedisMessage) *match {
	list := r.array(message)
	m := &match{
		room: r.text(list, 0), slot: int(r.number(list, 1)),
		interest: r.interestOf(r.text(list, 2)), at: r.time(list, 3),
	}
	members := r.texts(*r.at(list, 4))
	for i := 0; i+1 < len(members); i += 2 {
		m.members = append(m.members, matchmaking.Member{PeerID: members[i], Pseudonym: r.decode(members[i+1])})
	}
	return m
}

// bucketOf names the bucket of those who wait for a group of one size because
// of one interest.
func bucketOf(groupSize int, interest string) string {
	return fmt.Sprintf("%d:%s", groupSize, encode(interest))
}

func (r *reply) interestOf(bucket string) string {
	_, encoded, _ := strings.Cut(bucket, ":")
	return r.decode(encoded)
}

// encode keeps what people and their keys are called free of what separates
// the parts of rows and keys.
func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func (r *reply) decode(encoded string) string {
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	r.note(err)
	return string(text)
}

// final reports whether the ticket has ended.
func (v view) final() bool { return v.state == "matched" || v.state == "ended" }

// last is what a stream tells of a ticket that has ended.
func (v view) last() matchmaking.Event {
	switch {
	case v.state == "ended":
		return matchmaking.Ended{Reason: v.reason}
	case v.match == nil:
		return nil
	}
	return matchmaking.Matched{Match: matchmaking.Match{
		RoomID: v.match.room, Slot: v.match.slot, Members: v.match.members, Interest: v.match.interest, At: v.match.at,
		Pool: v.pool, GroupSize: len(v.match.members), Place: v.place, Since: v.since, Requeues: v.requeues,
	}}
}
