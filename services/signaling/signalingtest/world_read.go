package signalingtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// readSome lets one client read all or a few events, or all clients all.
func (w *world) readSome(p *party, o operation) error {
	if o.a%3 > 0 {
		return w.read(p.clients[o.slot], o.a%3 == 1, 1+o.b%3)
	}
	for _, c := range p.clients {
		if err := w.read(c, true, 0); err != nil {
			return err
		}
	}
	return nil
}

// read takes what the client's watches tell: all of it, or a few events.
func (w *world) read(c *client, all bool, few int) error {
	kept := c.watches[:0]
	for _, in := range c.watches {
		drained := false
		for n := 0; all || n < few; n++ {
			event, err := ready(w.ctx, in)
			if errors.Is(err, io.EOF) && in.view.ended {
				break
			}
			if err != nil {
				return fmt.Errorf("next: %w", err)
			}
			if drained = event == nil; drained {
				break
			}
			if err := w.observe(c, in, event); err != nil {
				return err
			}
		}
		if drained {
			if err := in.view.complete(); err != nil {
				return err
			}
		}
		if !in.view.ended {
			kept = append(kept, in)
		}
	}
	c.watches = kept
	return nil
}

func (w *world) observe(c *client, in *attached, event signaling.Event) error {
	w.note("slot %d is told %s", in.view.member.slot, show(event))
	w.reach(event)
	if err := in.view.observe(event); err != nil {
		return fmt.Errorf("slot %d: %w", in.view.member.slot, err)
	}
	if event.Last() {
		if event, err := ready(w.ctx, in); !errors.Is(err, io.EOF) {
			return fmt.Errorf("after the last event: %v, %w, want io.EOF", event, err)
		}
		return nil
	}
	in.note(event)
	c.bookmarks = append(c.bookmarks, bookmark{in.cursor, in.view.room, in.view.member.slot, in.view.offset, slices.Clone(in.view.seen)})
	return nil
}

// interrupt breaks the current stream; the last few events are lost on the way.
func (w *world) interrupt(c *client, lost int) error {
	if len(c.watches) == 0 {
		return nil
	}
	in := c.watches[len(c.watches)-1]
	got := len(c.bookmarks)
	for range lost {
		event, err := ready(w.ctx, in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("next: %w", err)
		}
		if event == nil {
			break
		}
		if err := w.observe(c, in, event); err != nil {
			return err
		}
	}
	w.note("the stream of slot %d breaks, with the last %d events", in.view.member.slot, len(c.bookmarks)-got)
	c.bookmarks = c.bookmarks[:got]
	w.close(in)
	c.watches = c.watches[:len(c.watches)-1]
	return nil
}

// ready returns an event that is there already, or nil.
func ready(ctx context.Context, watch signaling.Watch) (signaling.Event, error) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	event, err := watch.Next(ended)
	if errors.Is(err, context.Canceled) {
		return nil, nil
	}
	return event, err
}
