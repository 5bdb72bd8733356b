package ui

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// group is a state in a chat with the people in slots 0, 2 and 3, at 1000 s.
func group() State {
	state, _ := after(State{}, ChooseGroup{4}, Start{}, Elapsed{time.Unix(1000, 0)}, Connected{Search: 1, Slots: []int{0, 2, 3}, Self: 1})
	return state
}

func TestGroupSizes(t *testing.T) {
	t.Parallel()
	link := p2p.NewInvite()
	for _, test := range []struct {
		name   string
		events []Event
		want   int
	}{
		{"at first", nil, 2},
		{"four", []Event{ChooseGroup{4}}, 4},
		{"two again", []Event{ChooseGroup{4}, ChooseGroup{2}}, 2},
		{"nonsense", []Event{ChooseGroup{3}, ChooseGroup{5}, ChooseGroup{-1}, ChooseGroup{9}, ChooseGroup{1 << 40}}, 3},
		{"during the search", []Event{ChooseGroup{3}, Start{}, ChooseGroup{8}}, 3},
		{"kept over a chat", []Event{ChooseGroup{3}, Start{}, met(1), Stop{}, Home{}}, 3},
		{"kept in the cache of the browser", []Event{ChooseGroup{8}, PageHidden{}, PageRestored{}}, 8},
		{"of an invite", []Event{ChooseGroup{8}, Invited{link.ForGroup(3)}, ChooseGroup{4}}, 3},
		{"of an invite for two", []Event{ChooseGroup{8}, Invited{link}}, 2},
		{"after an invite", []Event{ChooseGroup{8}, Invited{link}, Home{}}, 8},
	} {
		state, _ := after(State{}, test.events...)
		if got := Present(state, English).GroupSize; got != test.want {
			t.Errorf("%s: %d people, want %d", test.name, got, test.want)
		}
		if _, effects := Update(state, Start{}); len(effects) > 0 && effects[0].(Find).GroupSize != test.want {
			t.Errorf("%s: looks for %+v", test.name, effects[0])
		}
	}
	_, effects := after(State{}, ChooseGroup{4}, Invite{link})
	if want := (RememberInvite{link.ForGroup(4)}); !slices.Contains(effects, Effect(want)) {
		t.Errorf("an invite for four: %+v, want %+v among them", effects, want)
	}
}

func TestTheStatusOfAGroup(t *testing.T) {
	t.Parallel()
	left := func(slot int) Event { return Left{1, slot, p2p.ReasonPeerLeft} }
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		tone   Tone
		want   string
	}{
		{"waiting", State{}, []Event{ChooseGroup{4}, Start{}, waiting(1, 1)}, ToneBusy, "Looking for 3 others. You meet when all are there…"},
		{"open", group(), nil, ToneGood, "3 others are here. Say hello!"},
		{"one has left", group(), []Event{left(2)}, ToneGood, "2 others are here. Say hello!"},
		{"one is left", group(), []Event{left(2), left(0)}, ToneGood, "1 other is here."},
		{"left twice", group(), []Event{left(2), left(2), left(7)}, ToneGood, "2 others are here. Say hello!"},
		{"one is interrupted", group(), []Event{Interrupted{1, 2}}, ToneBusy, "The connection to Plum is interrupted. Trying to reconnect…"},
		{"then it works", group(), []Event{Interrupted{1, 2}, Restored{1, 2}}, ToneGood, "3 others are here. Say hello!"},
		{"then that one leaves", group(), []Event{Interrupted{1, 2}, left(2)}, ToneGood, "2 others are here. Say hello!"},
		{"all have left", group(), []Event{left(2), left(0), Ended{Search: 1, Reason: p2p.ReasonPeerNext}}, ToneCalm, "Everybody has left."},
		{"overrun", group(), []Event{Ended{Search: 1, Reason: p2p.ReasonOverrun}}, ToneCalm, TextOverrun.In(English)},
		{"stopped", group(), []Event{Interrupted{1, 2}, Stop{}}, ToneCalm, "Stopped."},
	} {
		state, _ := after(test.state, test.events...)
		if view := Present(state, English); view.Status != test.want || view.Tone != test.tone {
			t.Errorf("%s: %q, %s; want %q, %s", test.name, view.Status, view.Tone, test.want, test.tone)
		}
	}
}

func TestWhoIsHere(t *testing.T) {
	t.Parallel()
	state, _ := after(group(), Interrupted{1, 3}, Left{1, 0, p2p.ReasonPeerGone}, BlockMember{2})
	want := []Person{
		{Slot: 1, Name: "Mint", Note: "you", Here: true},
		{Slot: 0, Name: "Cherry", Note: "left", Block: true, Label: "Block Cherry"},
		{Slot: 2, Name: "Plum", Here: true, Block: true, Label: "Block Plum", Asked: true},
		{Slot: 3, Name: "Lemon", Note: "reconnecting", Here: true, Block: true, Label: "Block Lemon"},
	}
	view := Present(state, English)
	if !reflect.DeepEqual(view.People, want) {
		t.Errorf("%+v, want %+v", view.People, want)
	}
	note := view.Messages[0]
	if len(view.Messages) != 1 || view.LeftNote(note) != "Cherry is gone." {
		t.Errorf("the log has %+v", view.Messages)
	}
	if got := Present(state, Japanese).LeftNote(note); got != "チェリーとの接続が切れました。" {
		t.Errorf("in Japanese: %q", got)
	}
	if other := Present(talking(), English); other.People != nil || other.Author(Message{From: 1}) != "Partner:" {
		t.Errorf("a chat of two has %+v", other.People)
	}
}

func TestMessagesOfAGroup(t *testing.T) {
	t.Parallel()
	state, _ := after(group(), Received{1, 0, "a"}, Received{1, 0, "b"}, Received{1, 2, "c"}, Received{1, 7, "of nobody"}, Received{2, 0, "late"}, Typed{"d"}, Send{})
	view := Present(state, English)
	var got []string
	for _, message := range view.Messages {
		line := view.Author(message) + " " + message.Text
		if message.First {
			line = "first " + line
		}
		got = append(got, line)
	}
	if want := []string{"first Cherry a", "Cherry b", "first Plum c", "first You: d"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTypingInAGroup(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []Event
		want   string
	}{
		{"one", []Event{MemberTyping{1, 2}}, "Plum is writing…"},
		{"two", []Event{MemberTyping{1, 2}, MemberTyping{1, 3}}, "2 people are writing…"},
		{"one has written", []Event{MemberTyping{1, 2}, MemberTyping{1, 3}, Received{1, 2, "a"}}, "Lemon is writing…"},
		{"one has stopped", []Event{MemberTyping{1, 2}, Elapsed{time.Unix(1004, 0)}, MemberTyping{1, 3}, Elapsed{time.Unix(1007, 0)}}, "Lemon is writing…"},
		{"one has left", []Event{MemberTyping{1, 2}, Left{1, 2, p2p.ReasonPeerLeft}, MemberTyping{1, 2}}, ""},
		{"one is blocked", []Event{MemberTyping{1, 2}, BlockMember{2}, BlockMember{2}, MemberTyping{1, 2}}, ""},
	} {
		state, _ := after(group(), test.events...)
		if got := Present(state, English).Typing; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestOneOfAGroupIsBlocked blocks Plum, who offers a file and sends another one: this person
// hears no more of Plum, and the group goes on.
func TestOneOfAGroupIsBlocked(t *testing.T) {
	t.Parallel()
	offer := func(id string) Event {
		return FileOffer{1, 2, p2p.Message{ID: id, Content: p2p.FileOffer{Name: id, Size: 1}}}
	}
	state, _ := after(group(), Received{1, 2, "before"}, offer("offered"), offer("moving"), Received{1, 0, "hi"})
	state, _ = after(state, AcceptFile{state.Messages[2].ID, nil}, BlockMember{2})
	if hint := Present(state, English).Hint; hint != "Press once more to hear nothing of Plum any more, and not to meet again until you close this page." {
		t.Errorf("it asks %q", hint)
	}
	other, effects := after(state, BlockMember{0})
	if len(effects) > 0 || other.AskedSlot != 0 {
		t.Errorf("another one is blocked at once: %+v", effects)
	}
	state, effects = after(state, BlockMember{2})
	if len(effects) != 3 || effects[0] != (BlockPartner{1, 2}) || effects[1].(RefuseFile).Offer.ID != "offered" || effects[2] != (StopFile{1, state.Messages[2].ID}) {
		t.Errorf("effects %+v", effects)
	}
	again, effects := after(state, BlockMember{2}, BlockMember{2}, Received{1, 2, "after"}, BlockMember{9}, BlockMember{9})
	if len(effects) > 0 || len(again.Messages) != len(state.Messages) || again.Phase != PhaseConnected {
		t.Errorf("%d messages, effects %+v", len(again.Messages), effects)
	}
	if _, effects := after(state, offer("more")); len(effects) != 1 || effects[0].(RefuseFile).Offer.ID != "more" {
		t.Errorf("another file: %+v", effects)
	}
	full := group()
	for range MaxOffers {
		full, _ = after(full, offer("many"))
	}
	other, effects = after(full, FileOffer{1, 3, p2p.Message{ID: "of Lemon", Content: p2p.FileOffer{Name: "a", Size: 1}}})
	if len(effects) > 0 || len(other.Messages) != MaxOffers+1 {
		t.Errorf("where Plum offers many, a file of Lemon: %d messages, %+v", len(other.Messages), effects)
	}
	if _, effects := after(talking(), BlockMember{1}, BlockMember{1}); len(effects) > 0 {
		t.Errorf("in a chat of two: %+v", effects)
	}
}

// TestCutOffFromSome sends while the connection to one is interrupted, and then to all.
func TestCutOffFromSome(t *testing.T) {
	t.Parallel()
	state, _ := after(group(), Interrupted{1, 2}, Typed{"a"}, Send{})
	if got := state.Messages[0].Delivery; got != DeliveryBegun {
		t.Errorf("a message to some is %q", got)
	}
	state, _ = after(state, Interrupted{1, 0}, Interrupted{1, 3})
	if got := state.Messages[0].Delivery; got != DeliveryWaiting {
		t.Errorf("a message to nobody is %q", got)
	}
	if left, _ := after(group(), Interrupted{1, 0}, Interrupted{1, 2}, Typed{"a"}, Send{}, Left{1, 3, p2p.ReasonPeerLeft}); left.Messages[0].Delivery != DeliveryWaiting {
		t.Errorf("a message to nobody who is left is %q", left.Messages[0].Delivery)
	}
	if state, _ = after(state, Restored{1, 3}); state.Messages[0].Delivery != DeliverySent {
		t.Errorf("a message to one again is %q", state.Messages[0].Delivery)
	}
}

func TestTheCodesOfAGroup(t *testing.T) {
	t.Parallel()
	state, _ := after(group(), Coded{1, 0, "of Cherry"}, Coded{1, 3, "of Lemon!"}, Coded{1, 3, "another c"}, Coded{1, 2, "of Plum.."}, Left{1, 2, p2p.ReasonPeerLeft}, Coded{1, 9, "of nobody"})
	view := Present(state, English)
	if len(view.Codes) != 2 || view.Codes[0].Name != "Cherry" || view.Codes[1].Name != "Lemon" || len(view.Codes[1].Symbols) != 12 ||
		view.CodeNote != "The connection to Lemon is a new one, and so is the code: compare again." {
		t.Errorf("%+v, %q", view.Codes, view.CodeNote)
	}
}

// TestAFileForAGroup offers a file to three, of whom one takes it, one declines and one leaves.
func TestAFileForAGroup(t *testing.T) {
	t.Parallel()
	state, effects := after(group(), FileChosen{p2p.FileSource{Name: "a", Size: 100}, false})
	id := state.Messages[0].ID
	if send, is := effects[0].(SendFile); !is || !slices.Equal(send.Slots, []int{0, 2, 3}) || send.Message != id {
		t.Fatalf("effects %+v", effects)
	}
	news := func(slot int, transfer Transfer) Event { return FileNews{1, id, slot, transfer} }
	for _, test := range []struct {
		name  string
		event Event
		want  Transfer
		taken int
	}{
		{"one takes it", news(0, Transfer{Stage: FileMoving, Moved: 40, Rate: 8}), Transfer{Stage: FileMoving, Moved: 40, Rate: 8}, 0},
		{"another one, too", news(3, Transfer{Stage: FileMoving, Moved: 20, Rate: 2}), Transfer{Stage: FileMoving, Moved: 30, Rate: 5}, 0},
		{"the first has it", news(0, Transfer{Stage: FileDone, Moved: 100}), Transfer{Stage: FileMoving, Moved: 60, Rate: 1}, 1},
		{"nobody of that name", news(1, Transfer{Stage: FileFailed}), Transfer{Stage: FileMoving, Moved: 60, Rate: 1}, 1},
		{"one leaves", news(3, Transfer{Stage: FileFailed, Moved: 20}), Transfer{Stage: FileOffered, Moved: 100}, 1},
		{"one declines", news(2, Transfer{Stage: FileFailed, Failure: p2p.FileDeclined, ByPeer: true}), Transfer{Stage: FileDone, Moved: 100}, 1},
	} {
		before := state.Messages[0].File.Receivers
		unchanged := slices.Clone(before)
		state, _ = after(state, test.event)
		file := state.Messages[0].File
		if file.Transfer != test.want || file.Taken() != test.taken {
			t.Errorf("%s: %+v, %d have it; want %+v, %d", test.name, file.Transfer, file.Taken(), test.want, test.taken)
		}
		if !slices.Equal(before, unchanged) {
			t.Errorf("%s: the state before has changed", test.name)
		}
	}
	ended, _ := after(group(), FileChosen{p2p.FileSource{Name: "a"}, false}, Ended{Search: 1})
	if file := ended.Messages[0].File; file.Stage != FileFailed || file.Failure != "" {
		t.Errorf("after the end: %+v", file)
	}
}
