package matchmakingredis

import (
	"time"

	"github.com/redis/rueidis"
)

// news is what tend.lua returns.
type news struct {
	touched   []view
	walks     []walk
	forgotten []forgotten
	due       time.Duration // until something is; zero: nothing is
	idle      bool          // the pool is empty
	held      []string      // rows of the next streams that the pool takes for this node's
}

// A walk is a ticket's search through a long queue, between two turns.
type walk struct {
	requestID string // empty: there is none
	bucket    int64
	last      string // the row it came to
	group     []string
}

// forgotten is a ticket that the pool has just forgotten.
type forgotten struct {
	requestID, fingerprint, pseudonym string
}

func (r *reply) news() news {
	n := news{touched: r.views(0)}
	for _, message := range r.array(*r.at(r.list, 1)) {
		n.walks = append(n.walks, r.walk(message))
	}
	for _, message := range r.array(*r.at(r.list, 2)) {
		texts := r.texts(message)
		if len(texts) != 3 {
			r.note(errReply)
			continue
		}
		n.forgotten = append(n.forgotten, forgotten{texts[0], texts[1], r.decode(texts[2])})
	}
	soonest, now := r.number(r.list, 3), r.number(r.list, 4)
	if soonest > 0 {
		n.due = max(time.Duration(soonest-now)*time.Microsecond, 1)
	}
	n.idle = r.number(r.list, 5) == 1
	n.held = r.texts(*r.at(r.list, 6))
	return n
}

func (r *reply) walk(message rueidis.RedisMessage) walk {
	list := r.array(message)
	if len(list) == 0 {
		return walk{}
	}
	return walk{
		requestID: r.text(list, 0), bucket: r.number(list, 1), last: r.text(list, 2),
		group: r.texts(*r.at(list, 3)),
	}
}

// arguments are those of seek.lua.
func (w walk) arguments() []string {
	return []string{w.requestID, number(w.bucket), w.last, toJSON(append([]string{}, w.group...))}
}
