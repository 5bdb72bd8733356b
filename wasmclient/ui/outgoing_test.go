package ui

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// newTestOutgoing returns an outgoing of search 1, and what it has posted so far.
func newTestOutgoing() (*outgoing, *[]Event) {
	var events []Event
	out := newOutgoing(1, func(event Event) { events = append(events, event) })
	out.open([]p2p.Peer{{ID: "partner"}})
	return out, &events
}

// TestWhatIsLeftToSendFails ends a chat while one message waits for the partner
// and others for that one: none of them looks sent.
func TestWhatIsLeftToSendFails(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, events := newTestOutgoing()
	for message := 1; message <= 3; message++ {
		out.text(SendText{1, message, "text"})
	}
	out.send(ctx, func(ctx context.Context, _ p2p.Content) (string, error) {
		cancel()
		<-ctx.Done()
		return "", context.Cause(ctx)
	})
	slices.SortFunc(*events, func(a, b Event) int { return a.(SendFailed).Message - b.(SendFailed).Message })
	if want := []Event{SendFailed{1, 1}, SendFailed{1, 2}, SendFailed{1, 3}}; !reflect.DeepEqual(*events, want) {
		t.Errorf("%v, want %v", *events, want)
	}
}

func TestTooMuchToSendFails(t *testing.T) {
	t.Parallel()
	out, events := newTestOutgoing()
	for message := 1; message <= maxUnsent+1; message++ {
		out.text(SendText{1, message, "text"})
		out.typing() // does not block
	}
	if want := []Event{SendFailed{1, maxUnsent + 1}}; !reflect.DeepEqual(*events, want) {
		t.Errorf("%v, want %v", *events, want)
	}
}

// TestWhatThePartnerDidNotGetFails ends a chat after three texts, and typing and a receipt
// between them, of which the partner has confirmed the first.
func TestWhatThePartnerDidNotGetFails(t *testing.T) {
	t.Parallel()
	out, events := newTestOutgoing()
	sent := []int{1, 0, 2, 0, 3}
	out.failLost(sent, &p2p.EndedError{Reason: p2p.ReasonPeerLeft, Unconfirmed: 4})
	if want := []Event{SendFailed{1, 2}, SendFailed{1, 3}}; !reflect.DeepEqual(*events, want) {
		t.Errorf("%v, want %v", *events, want)
	}
	*events = nil
	out.failLost(sent, context.Canceled)
	out.failLost(nil, &p2p.EndedError{Unconfirmed: 2})
	if len(*events) > 0 {
		t.Errorf("%v, want nothing more", *events)
	}
}

// TestWhatIsSent sends texts, typing and receipts, and notes which were sent last.
func TestWhatIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		out, events := newTestOutgoing()
		var contents []p2p.Content
		sent := make(chan []int)
		go func() {
			sent <- out.send(ctx, func(_ context.Context, content p2p.Content) (string, error) {
				contents = append(contents, content)
				return "id " + strconv.Itoa(len(contents)), nil
			})
		}()
		for _, step := range []func(){func() { out.text(SendText{1, 7, "hello"}) }, out.typing, func() { out.confirm("theirs") }, func() { time.Sleep(receiptEvery) }} {
			step()
			synctest.Wait()
		}
		if want := []p2p.Content{p2p.Text{Text: "hello"}, p2p.Typing{}, p2p.Receipt{MessageIDs: []string{"theirs"}}}; !reflect.DeepEqual(contents, want) {
			t.Errorf("sent %v, want %v", contents, want)
		}
		out.confirmed("partner", []string{"", "id 2", "id 3", strings.Repeat("id 1", 10_000), "id 1", "id 1"})
		out.confirmed("partner", []string{"id 1"})
		if want := []Event{Sent{1, 7}, Delivered{1, []int{7}}}; !reflect.DeepEqual(*events, want) {
			t.Errorf("posted %v, want %v", *events, want)
		}
		cancel()
		if got, want := <-sent, []int{7, 0, 0}; !slices.Equal(got, want) {
			t.Errorf("the last ones were %v, want %v", got, want)
		}
	})
}

// TestAPartnerWhoConfirmsNothing bounds what is remembered of the messages sent.
func TestAPartnerWhoConfirmsNothing(t *testing.T) {
	t.Parallel()
	out, events := newTestOutgoing()
	const last = 5 * MaxMessages
	for message := 1; message <= last; message++ {
		out.wasSent(strconv.Itoa(message), message)
	}
	if got := len(out.unconfirmed); got > 2*MaxMessages {
		t.Errorf("%d messages are remembered, want %d at most", got, 2*MaxMessages)
	}
	*events = nil
	out.confirmed("partner", []string{"1", strconv.Itoa(last - MaxMessages + 1), strconv.Itoa(last)})
	if want := []Event{Delivered{1, []int{last - MaxMessages + 1, last}}}; !reflect.DeepEqual(*events, want) {
		t.Errorf("%v, want %v: those that are shown", *events, want)
	}
}

func TestReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReceipts()
		took := func() []string {
			select {
			case <-r.due:
				return r.take()
			default:
				return nil
			}
		}
		for _, id := range []string{"a", "", "b", "a", strings.Repeat("x", longestID+1), strings.Repeat("y", longestID)} {
			r.add(id)
		}
		time.Sleep(receiptEvery - time.Nanosecond)
		if got := took(); got != nil {
			t.Errorf("%v is confirmed at once, want it gathered", got)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if got, want := took(), []string{"a", "b", strings.Repeat("y", longestID)}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		for i := range 1000 {
			r.add(strconv.Itoa(i))
		}
		var counts []int
		for range 2 * maxOwed / maxReceipt {
			time.Sleep(receiptEvery)
			synctest.Wait()
			counts = append(counts, len(took()))
			if early := took(); early != nil {
				t.Errorf("%v comes too early", early)
			}
		}
		if want := []int{64, 64, 64, 64, 0, 0, 0, 0}; !slices.Equal(counts, want) {
			t.Errorf("receipts of %v, want %v", counts, want)
		}
	})
}
