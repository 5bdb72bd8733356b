package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/rueidis"
)

// ErrReply means that a script returned something that this program does not
// understand, because another version of it shares the store.
var ErrReply = errors.New("unexpected reply of the store")

// A Reply is a list that a script returned, or a list inside it. Reading goes
// on with zero values after something that is not as expected; Err returns the
// first such thing. One goroutine uses it.
type Reply struct {
	list []rueidis.RedisMessage
	err  *error // shared with the lists inside
}

// NewReply reads a message that holds a list.
func NewReply(message rueidis.RedisMessage) Reply {
	r := Reply{err: new(error)}
	r.list = r.array(&message)
	return r
}

// Ask runs a script as Run does and returns its list.
func (s *Store) Ask(ctx context.Context, script *Script, clock *Clock, keys []string, arguments ...string) (Reply, error) {
	message, err := s.Run(ctx, script, clock, keys, arguments...)
	if err != nil {
		return Reply{err: new(error)}, err
	}
	r := NewReply(message)
	return r, r.Err()
}

// Err returns an error that wraps ErrReply if something was not as expected.
func (r Reply) Err() error { return *r.err }

// Fail records that something is not as expected.
func (r Reply) Fail(err error) {
	if err != nil && *r.err == nil {
		*r.err = fmt.Errorf("%w: %w", ErrReply, err)
	}
}

// Len returns the number of items.
func (r Reply) Len() int { return len(r.list) }

// List returns the list at index i.
func (r Reply) List(i int) Reply { return Reply{list: r.array(r.at(i)), err: r.err} }

// Text returns the text at index i.
func (r Reply) Text(i int) string {
	text, err := r.at(i).ToString()
	r.Fail(err)
	return text
}

// Texts returns all items, which must be texts.
func (r Reply) Texts() []string {
	texts := make([]string, len(r.list))
	for i := range r.list {
		texts[i] = r.Text(i)
	}
	return texts
}

// Number returns the integer at index i, which may be written as text.
func (r Reply) Number(i int) int64 {
	n, err := r.at(i).AsInt64()
	r.Fail(err)
	return n
}

func (r Reply) at(i int) *rueidis.RedisMessage {
	if i >= len(r.list) {
		r.Fail(errors.New("too short"))
		return &rueidis.RedisMessage{}
	}
	return &r.list[i]
}

func (r Reply) array(message *rueidis.RedisMessage) []rueidis.RedisMessage {
	list, err := message.ToArray()
	r.Fail(err)
	return list
}
