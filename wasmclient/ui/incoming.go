package ui

import "time"

// How many messages of a partner are shown at once, and how long the page then rests:
// longer after so many. A message costs the page far more than its sender: without rests, a
// partner who is faster than any person would leave this person no time. It waits instead,
// or the room ends with [p2p.ReasonUnread]. A busy page must still take messages from the
// browser faster than it shows them, or the room does not learn that they are too many:
// they pile up in the browser, and everything else behind them.
const (
	messagesAtOnce   = 100
	messagesRest     = time.Second / 20
	messagesLongRest = time.Second / 4
)

// incoming posts the events of messages in order, many at once if they come fast.
type incoming struct {
	gone   <-chan struct{} // closed when everybody has left: then nothing rests
	events chan Event
	done   chan struct{}
}

func newIncoming(gone <-chan struct{}, post func(Event)) *incoming {
	in := &incoming{gone, make(chan Event, messagesAtOnce), make(chan struct{})}
	go in.run(post)
	return in
}

// put waits while as many events as are shown at once have not been posted. A message
// that is no event, nil, counts too: a partner can flood the page with those.
func (in *incoming) put(event Event) { in.events <- event }

// close returns when all events have been posted.
func (in *incoming) close() {
	close(in.events)
	<-in.done
}

func (in *incoming) run(post func(Event)) {
	defer close(in.done)
	show := func(event Event) {
		if event != nil {
			post(event)
		}
	}
	for event := range in.events {
		show(event)
		more := len(in.events)
		select {
		case <-in.gone:
		default:
			more = min(more, messagesAtOnce-1)
		}
		for range more {
			show(<-in.events)
		}
		rest := messagesRest
		if more == messagesAtOnce-1 {
			rest = messagesLongRest
		}
		select {
		case <-time.After(rest):
		case <-in.gone:
		}
	}
}
