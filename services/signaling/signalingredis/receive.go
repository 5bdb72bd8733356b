package signalingredis

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// A version is a number that grows, and random text: two histories of one room,
// one of them lost, have different versions. Empty: there is no room.
type version string

func (v version) number() int {
	text, _, _ := strings.Cut(string(v), ".")
	n, _ := strconv.Atoi(text)
	return n
}

func (v version) next() version {
	return version(strconv.Itoa(v.number()+1) + "." + rand.Text()[:8])
}

func (v version) later(than version) bool { return v.number() > than.number() }

// receiveLocked takes up a room that the store returned, as fields and values.
// expected is the version that this node had when it asked.
func (e *Engine) receiveLocked(held *copied, expected version, fields redisstore.Reply) error {
	found, err := parseRoom(fields.Texts())
	if err == nil {
		err = fields.Err()
	}
	if err != nil {
		return err
	}
	v := found.version
	if v == held.version || held.version != expected && !v.later(held.version) { // nothing new: another reply or a message was faster
		found.store(held)
		return nil
	}
	if v != "" && !v.later(expected) { // the store lost changes, and signals with them that nobody may miss
		e.later(task{held.id, &call{do: func(c *room.Change) error {
			c.ResyncAll()
			return nil
		}}})
	}
	e.adoptLocked(held, found.version, found.room)
	found.store(held)
	return nil
}

// A found room is one that came from the store, whole or with those signals
// that changed.
type found struct {
	version version
	room    *room.Room
	signals map[room.Key]heldSignal
}

// store keeps the signals at hand.
func (f found) store(held *copied) {
	for key, signal := range f.signals {
		if held.room != nil && held.room.Has(key) {
			held.signals[key] = signal
		}
	}
	for _, w := range held.watches {
		w.wake()
	}
}

// parseRoom reads fields and values of the hash of a room.
func parseRoom(pairs []string) (found, error) {
	f := found{signals: make(map[room.Key]heldSignal)}
	texts := make(map[room.Key]string)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		switch key, isSignal := parseField(name); {
		case name == "version":
			f.version = version(value)
		case name == "state" && value != "":
			var err error
			if f.room, err = room.Decode(value); err != nil {
				return f, fmt.Errorf("%w: %w", redisstore.ErrReply, err)
			}
		case isSignal && value != "":
			texts[key] = value
		}
	}
	for key, text := range texts {
		signal, err := room.DecodeSignal(text)
		if err != nil {
			return f, fmt.Errorf("%w: %w", redisstore.ErrReply, err)
		}
		held := heldSignal{signal: signal}
		if f.room != nil {
			held.stamp = f.room.StampOf(key)
		}
		f.signals[key] = held
	}
	return f, nil
}

// hear takes up what lua/commit.lua published: id, version, state, and fields
// and values of signals.
func (e *Engine) hear(message string) {
	e.echo.hear()
	parts := split(message)
	if len(parts) < 3 {
		return
	}
	held := e.find(parts[0])
	if held == nil {
		return
	}
	f, err := parseRoom(append([]string{"version", parts[1], "state", parts[2]}, parts[3:]...))
	if err != nil || f.room == nil {
		e.config.Logger.Warn("signaling: a message of another node", "error", err)
		return
	}
	held.mu.Lock()
	defer held.mu.Unlock()
	if held.room != nil && held.room.Life != f.room.Life {
		// Which life is later only the store knows.
		e.later(task{held.id, nothing()})
		return
	}
	if f.version.later(held.version) {
		e.adoptLocked(held, f.version, f.room)
	}
	f.store(held)
}

// split returns the parts of a message, each of which begins with its length
// and a line break.
func split(message string) []string {
	var parts []string
	for message != "" {
		length, rest, _ := strings.Cut(message, "\n")
		n, err := strconv.Atoi(length)
		if err != nil || n < 0 || n > len(rest) {
			return nil
		}
		parts, message = append(parts, rest[:n]), rest[n:]
	}
	return parts
}
