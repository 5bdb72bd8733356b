package ui

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func TestSend(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", MaxText)
	for _, test := range []struct {
		name, draft string
		sent        bool
	}{
		{"text", "hello", true},
		{"whitespace is kept", "  a\n b ", true},
		{"empty", "", false},
		{"blank", " \n\t\u3000", false},
		{"the longest", longest, true},
		{"too long", longest + "x", false},
		{"too long in UTF-16", strings.Repeat("👋", MaxText/2) + "x", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, effects := after(talking(), Typed{test.draft}, Send{})
			if !test.sent {
				if len(state.Messages) != 0 || effects != nil || state.Draft != test.draft {
					t.Errorf("sent %v with effects %v, want the draft kept", state.Messages, effects)
				}
				return
			}
			wantMessages := []Message{{ID: 1, Mine: true, Text: test.draft, First: true}}
			wantEffects := []Effect{SendText{1, 1, test.draft}, Focus{TargetInput}}
			if !reflect.DeepEqual(state.Messages, wantMessages) || !reflect.DeepEqual(effects, wantEffects) || state.Draft != "" {
				t.Errorf("messages %v, effects %v, draft %q", state.Messages, effects, state.Draft)
			}
		})
	}
}

func TestSendNeedsAPartner(t *testing.T) {
	t.Parallel()
	state, effects := after(talking(), Typed{"too late"}, Ended{Search: 1, Reason: p2p.ReasonPeerLeft}, Send{})
	if len(state.Messages) != 0 || effects != nil {
		t.Errorf("messages %v and effects %v, want none", state.Messages, effects)
	}
}

func TestLongestTextFitsAnEnvelope(t *testing.T) {
	t.Parallel()
	// Three bytes for one UTF-16 code unit is the worst that UTF-8 does.
	if size := len(strings.Repeat("字", MaxText)); size > 48<<10 {
		t.Errorf("the longest text takes %d bytes", size)
	}
}

// TestDelivery follows the messages "before" and "meanwhile", sent before an interruption
// and during it, and one of the partner.
func TestDelivery(t *testing.T) {
	t.Parallel()
	const begun, waiting, sent, delivered, failed = DeliveryBegun, DeliveryWaiting, DeliverySent, DeliveryDelivered, DeliveryFailed
	before, _ := after(talking(), Typed{"before"}, Send{})
	interrupted, _ := after(before, Sent{1, 1}, Interrupted{1, 1}, Interrupted{1, 1}, Typed{"meanwhile"}, Send{}, Received{1, 1, "late"})
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		want   []Delivery
	}{
		{"about to be sent", before, nil, []Delivery{begun}},
		{"sent", before, []Event{Sent{1, 1}}, []Delivery{sent}},
		{"delivered", before, []Event{Sent{1, 1}, Delivered{1, []int{1}}}, []Delivery{delivered}},
		{"delivered twice", before, []Event{Sent{1, 1}, Delivered{1, []int{1}}, Delivered{1, []int{1}}, Sent{1, 1}}, []Delivery{delivered}},
		{"another one delivered", before, []Event{Sent{1, 1}, Delivered{1, []int{0, 2, -1}}}, []Delivery{sent}},
		{"not sent", before, []Event{SendFailed{1, 1}}, []Delivery{failed}},
		{"lost, as far as is known", before, []Event{Sent{1, 1}, Ended{Search: 1}, SendFailed{1, 1}}, []Delivery{failed}},
		{"delivered, so that it was not lost", before, []Event{Delivered{1, []int{1}}, Ended{Search: 1}, SendFailed{1, 1}}, []Delivery{delivered}},
		{"interrupted on its way", before, []Event{Interrupted{1, 1}}, []Delivery{waiting}},
		{"interrupted", interrupted, nil, []Delivery{sent, waiting, begun}},
		{"handed over during the interruption", interrupted, []Event{Sent{1, 2}}, []Delivery{sent, waiting, begun}},
		{"the partner's", interrupted, []Event{Delivered{1, []int{3}}, SendFailed{1, 3}}, []Delivery{sent, waiting, begun}},
		{"connected again", interrupted, []Event{Restored{1, 1}}, []Delivery{sent, sent, begun}},
		{"delivered after it", interrupted, []Event{Restored{1, 1}, Delivered{1, []int{1, 2}}}, []Delivery{delivered, delivered, begun}},
		{"partner left after it", interrupted, []Event{Restored{1, 1}, Ended{Search: 1, Reason: p2p.ReasonPeerLeft}}, []Delivery{sent, sent, begun}},
		{"partner gone during it", interrupted, []Event{Ended{Search: 1, Reason: p2p.ReasonPeerGone}}, []Delivery{sent, failed, begun}},
		{"STOP during it", interrupted, []Event{Stop{}}, []Delivery{sent, failed, begun}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			older := slices.Clone(test.state.Messages)
			state, _ := after(test.state, test.events...)
			var got []Delivery
			for _, message := range state.Messages {
				got = append(got, message.Delivery)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
			if !reflect.DeepEqual(test.state.Messages, older) {
				t.Error("the older state changed")
			}
		})
	}
}

// TestTyping tells the partner of this person's writing at most every three seconds.
func TestTyping(t *testing.T) {
	t.Parallel()
	began := time.Unix(1000, 0)
	told := []Effect{TellTyping{}}
	state := talking()
	for i, step := range []struct {
		at     time.Duration
		events []Event
		want   []Effect
	}{
		{0, []Event{Typed{" "}}, nil},
		{0, []Event{Typed{"a"}}, told},
		{0, []Event{Typed{"ab"}}, nil},
		{2999 * time.Millisecond, []Event{Typed{"abc"}}, nil},
		{3000 * time.Millisecond, nil, told},
		{3001 * time.Millisecond, []Event{Typed{"abcd"}}, nil},
		{4000 * time.Millisecond, []Event{Send{}, Typed{"e"}}, nil},
		{6000 * time.Millisecond, nil, told},
		{7000 * time.Millisecond, []Event{Typed{"ef"}}, nil},
		{8000 * time.Millisecond, []Event{Typed{""}}, nil},
		{9000 * time.Millisecond, nil, nil},
		{9000 * time.Millisecond, []Event{Interrupted{1, 1}, Typed{"f"}}, nil},
		{9000 * time.Millisecond, []Event{Restored{1, 1}, Typed{"fg"}}, told},
		{20 * time.Second, []Event{Ended{Search: 1}, Typed{"too late"}}, nil},
	} {
		var effects []Effect
		state, effects = after(state, append([]Event{Elapsed{began.Add(step.at)}}, step.events...)...)
		if !reflect.DeepEqual(effects, step.want) {
			t.Errorf("step %d: effects %v, want %v", i, effects, step.want)
		}
	}
}

func TestThePartnersTyping(t *testing.T) {
	t.Parallel()
	began := time.Unix(1000, 0)
	start, _ := after(talking(), Elapsed{began}, MemberTyping{1, 1})
	for _, test := range []struct {
		name   string
		events []Event
		want   bool
	}{
		{"at once", nil, true},
		{"for six seconds", []Event{Elapsed{began.Add(5999 * time.Millisecond)}}, true},
		{"no longer", []Event{Elapsed{began.Add(6 * time.Second)}}, false},
		{"again", []Event{Elapsed{began.Add(5 * time.Second)}, MemberTyping{1, 1}, Elapsed{began.Add(10 * time.Second)}}, true},
		{"until a text comes", []Event{Received{1, 1, "text"}}, false},
		{"until an interruption", []Event{Interrupted{1, 1}}, false},
		{"until the end", []Event{Ended{Search: 1}}, false},
		{"until NEXT", []Event{Next{}}, false},
		{"not after the end", []Event{Ended{Search: 1}, MemberTyping{1, 1}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(start, test.events...)
			if got := Present(state, English).Typing; (got != "") != test.want {
				t.Errorf("shown: %q, want %t", got, test.want)
			}
		})
	}
}

func TestGroupsOfMessages(t *testing.T) {
	t.Parallel()
	began := time.Unix(1000, 0)
	state := talking()
	var got []bool
	for _, step := range []struct {
		at   time.Duration
		mine bool
	}{{0, true}, {time.Minute, true}, {2 * time.Minute, true}, {121 * time.Second, true}, {3 * time.Minute, true}, {3 * time.Minute, false}, {3 * time.Minute, true}} {
		events := []Event{Elapsed{began.Add(step.at)}, Received{1, 1, "theirs"}}
		if step.mine {
			events = []Event{events[0], Typed{"mine"}, Send{}}
		}
		state, _ = after(state, events...)
		last := state.Messages[len(state.Messages)-1]
		if !last.At.Equal(began.Add(step.at)) {
			t.Errorf("a message of %v is said to be of %v", began.Add(step.at), last.At)
		}
		got = append(got, last.First)
	}
	if want := []bool{true, false, false, true, false, true, true}; !slices.Equal(got, want) {
		t.Errorf("groups begin at %v, want %v", got, want)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	state := talking()
	const extra = 7
	for i := range MaxMessages + extra {
		state, _ = Update(state, Received{1, 1, strconv.Itoa(i)})
	}
	if got := len(state.Messages); got != MaxMessages {
		t.Fatalf("%d messages, want %d", got, MaxMessages)
	}
	if first, last := state.Messages[0].Text, state.Messages[MaxMessages-1].Text; first != strconv.Itoa(extra) || last != strconv.Itoa(MaxMessages+extra-1) {
		t.Errorf("messages from %s to %s, want the newest", first, last)
	}
}

// TestLongTextsOfThePartner checks that a partner cannot fill the page: what is
// longer than this page would send is shortened, between characters.
func TestLongTextsOfThePartner(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hello":                            "hello",
		strings.Repeat("あ", MaxText):       strings.Repeat("あ", MaxText),
		strings.Repeat("あ", MaxText+1):     strings.Repeat("あ", MaxText) + "…",
		"a" + strings.Repeat("😀", MaxText): "a" + strings.Repeat("😀", (MaxText-1)/2) + "…",
	} {
		state, _ := Update(talking(), Received{1, 1, text})
		if got := state.Messages[len(state.Messages)-1].Text; got != want {
			t.Errorf("%d bytes became %d, want %d", len(text), len(got), len(want))
		}
	}
}
