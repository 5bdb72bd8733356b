package p2p

import (
	"testing"
)

func message(text string) Message {
	return Message{Content: Text{Text: text}}
}

func TestMessageQueueBoundsEachPeer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		waits bool
		size  int
		want  int
	}{
		{"by messages", true, 1, unreadMessages},
		{"by bytes", true, unreadBytes / 4, 4},
		{"by messages without credit", false, 1, unreadMessagesUnwaiting},
		{"by bytes without credit", false, unreadBytesUnwaiting / 4, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			queue, greedy, modest := newMessageQueue(), new(link), new(link)
			taken := 0
			for queue.put(queuedMessage{greedy, message("x"), taken%2 == 0, test.size}, test.waits) {
				taken++
			}
			if taken != test.want {
				t.Errorf("%d taken, want %d", taken, test.want)
			}
			if !queue.put(queuedMessage{from: modest, message: message("y"), size: 1}, test.waits) {
				t.Error("another peer pays for it")
			}
			_, _, _ = queue.next()
			if !queue.put(queuedMessage{greedy, message("x"), taken%2 == 0, test.size}, test.waits) {
				t.Error("reading made no room")
			}
		})
	}
}

func TestMessageQueueEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		drop bool
		want string // the text before the end
	}{
		{"after what was sent", false, "last words"},
		{"in place of it", true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			queue := newMessageQueue()
			queue.put(queuedMessage{from: new(link), message: message("last words"), size: 10}, true)
			queue.finish(&EndedError{Reason: ReasonPeerLeft}, test.drop)
			queue.finish(&EndedError{Reason: ReasonClosed}, false)
			if got, ok, _ := queue.next(); ok {
				if got.message.Text() != test.want {
					t.Errorf("got %q before the end, want %q", got.message.Text(), test.want)
				}
			} else if test.want != "" {
				t.Errorf("nothing before the end, want %q", test.want)
			}
			if _, ok, end := queue.next(); ok || end == nil || end.Reason != ReasonPeerLeft {
				t.Errorf("end is %v, want the first", end)
			}
		})
	}
}
