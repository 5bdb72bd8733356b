package signalingredis

import (
	"errors"
	"fmt"
	"time"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// errReply means that a script answered what this program does not
// understand: another version of it shares the store.
var errReply = errors.New("unexpected reply of the store")

// A reply is the list that a script returned, or a list in it. The first thing
// that is not as expected is kept in err, and reading goes on with zero values.
type reply struct {
	list []rueidis.RedisMessage
	err  *error
}

func newReply(message rueidis.RedisMessage) reply {
	r := reply{err: new(error)}
	r.list = r.array(&message)
	return r
}

func (r reply) array(message *rueidis.RedisMessage) []rueidis.RedisMessage {
	list, err := message.ToArray()
	r.note(err)
	return list
}

func (r reply) note(err error) {
	if err != nil && *r.err == nil {
		*r.err = fmt.Errorf("%w: %w", errReply, err)
	}
}

func (r reply) at(i int) *rueidis.RedisMessage {
	if i >= len(r.list) {
		r.note(errors.New("too short"))
		return &rueidis.RedisMessage{}
	}
	return &r.list[i]
}

// in returns a list in the list.
func (r reply) in(i int) reply { return reply{list: r.array(r.at(i)), err: r.err} }

func (r reply) text(i int) string {
	text, err := r.at(i).ToString()
	r.note(err)
	return text
}

func (r reply) number(i int) int64 {
	n, err := r.at(i).AsInt64()
	r.note(err)
	return n
}

func (r reply) count(i int) uint64 { return uint64(max(0, r.number(i))) }

// Where scripts put what all of them return.
const (
	atRefusal = iota
	atWoken
	atWait
	atRest
)

// The refusals of scripts.
var refusals = map[string]error{
	"":                 nil,
	"not a member":     signaling.ErrNotAMember,
	"too many rooms":   signaling.ErrTooManyRooms,
	"room closed":      signaling.ErrRoomClosed,
	"member left":      signaling.ErrMemberLeft,
	"inbox full":       signaling.ErrInboxFull,
	"too many signals": signaling.ErrTooManySignals,
}

func (r reply) refusal() error {
	err, known := refusals[r.text(atRefusal)]
	if !known {
		r.note(errors.New("unknown refusal"))
	}
	return err
}

// A view is the room as a member sees it.
type view struct {
	version uint64
	resyncs uint64 // how often other members lost their place
	unread  bool   // signals are there that the stream does not have
	peers   []peerView
}

// A peerView is what a member sees of the member of a slot.
type peerView struct {
	state     signaling.State
	stored    uint64 // seq of the last signal sent to it
	resync    uint64 // number of its last resync
	confirmed bool
}

const peerFields = 4

func (r reply) view(i int) view {
	list := r.in(i)
	v := view{version: list.count(0), resyncs: list.count(1), unread: list.number(2) == 1}
	for at := 3; at < len(list.list); at += peerFields {
		v.peers = append(v.peers, peerView{
			state:     signaling.State(list.number(at)),
			stored:    list.count(at + 1),
			resync:    list.count(at + 2),
			confirmed: list.number(at+3) == 1,
		})
	}
	return v
}

// closed reads how the room ended for a member that came back so often.
func (r reply) closed(requeues int) signaling.RoomClosed {
	return signaling.RoomClosed{
		Reason:  signaling.CloseReason(r.number(1)),
		At:      time.UnixMicro(r.number(2)),
		Requeue: r.number(3) == 1 && requeues < signaling.MaxRequeues,
	}
}

// run reads the signals that a poll took, or nil, and the offset of the last.
func (r reply) run(i int) (*signaling.SignalsReceived, uint64) {
	about, texts := r.in(i), r.in(i+1)
	if len(texts.list) == 0 {
		return nil, about.count(2)
	}
	run := &signaling.SignalsReceived{From: int(about.number(0)) - 1, FirstSeq: about.count(1)}
	for at := range texts.list {
		signal, err := decodeSignal(texts.text(at))
		r.note(err)
		run.Signals = append(run.Signals, signal)
	}
	return run, about.count(2)
}
