package ui

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// nothing is a sink that notes how it ends.
type nothing struct{ discarded chan struct{} }

func (nothing) Write(data []byte) (int, error) { return len(data), nil }
func (nothing) Complete() error                { return nil }
func (n nothing) Discard()                     { close(n.discarded) }

func chatting() State {
	return State{Phase: PhaseConnected, Search: 3, Now: time.Now(), fileLimit: 1000, Members: []Member{{Slot: 1}}}
}

func offerOf(id, name, mediaType string, size uint64) FileOffer {
	return FileOffer{3, 1, p2p.Message{From: "them", ID: id, Content: p2p.FileOffer{Name: name, MediaType: mediaType, Size: size}}}
}

func lastFile(state State) File { return state.Messages[len(state.Messages)-1].File }

func TestAnOfferOfThePartner(t *testing.T) {
	t.Parallel()
	state, _ := after(chatting(), offerOf("1", "../a\u202etxt", "text/plain", 100))
	id := state.Messages[0].ID
	if file := lastFile(state); file.Stage != FileOffered || file.Name != "atxt" || file.Size != 100 || file.Picture || file.TooLarge {
		t.Errorf("offered: %+v", file)
	}
	sink := nothing{make(chan struct{})}
	state, effects := after(state, AcceptFile{id, sink})
	if take, is := effects[0].(TakeFile); len(effects) != 1 || !is || take.Offer.ID != "1" || take.Message != id || take.Sink != sink {
		t.Errorf("accepted: %+v", effects)
	}
	_, effects = after(state, AcceptFile{id, sink})
	if discard, is := effects[0].(DiscardSink); len(effects) != 1 || !is || discard.Sink != sink {
		t.Errorf("accepted twice: %+v", effects)
	}
	moving, _ := after(state, FileNews{3, id, 1, Transfer{Stage: FileMoving, Moved: 40, Rate: 10}})
	if file := lastFile(moving); file.Stage != FileMoving || file.Moved != 40 || file.Rate != 10 {
		t.Errorf("moving: %+v", file)
	}
	if _, effects := after(moving, CancelFile{id}); len(effects) != 1 || effects[0] != (StopFile{3, id}) {
		t.Errorf("canceled: %+v", effects)
	}
	done, _ := after(moving, FileNews{3, id, 1, Transfer{Stage: FileDone, Moved: 100}})
	if file := lastFile(done); file.Stage != FileDone || file.Moved != 100 {
		t.Errorf("done: %+v", file)
	}
	if again, effects := after(done, CancelFile{id}, FileNews{3, id, 1, Transfer{Stage: FileFailed, Failure: p2p.FileStopped}}); lastFile(again).Stage != FileDone || effects != nil {
		t.Errorf("ended twice: %+v", lastFile(again))
	}
}

func TestOffersThatAreNotAccepted(t *testing.T) {
	t.Parallel()
	state, _ := after(chatting(), offerOf("1", "a", "", 5))
	id := state.Messages[0].ID
	for _, test := range []struct {
		name   string
		event  Event
		effect bool
		reason p2p.FileCancelReason
		byPeer bool
	}{
		{"declined", DeclineFile{id}, true, p2p.FileDeclined, false},
		{"withdrawn", FileWithdrawn{3, 1, "1"}, false, p2p.FileStopped, true},
		{"the chat ends", Ended{Search: 3, Reason: p2p.ReasonPeerLeft}, true, "", false},
	} {
		ended, effects := after(state, test.event)
		if file := lastFile(ended); file.Stage != FileFailed || file.Failure != test.reason || file.ByPeer != test.byPeer || len(effects) > 0 != test.effect {
			t.Errorf("%s: %+v, %+v", test.name, file, effects)
		}
		sink := nothing{make(chan struct{})}
		if _, effects := after(ended, AcceptFile{id, sink}); len(effects) != 1 || effects[0] != (DiscardSink{sink}) {
			t.Errorf("%s, then accepted: %+v", test.name, effects)
		}
	}
	for _, event := range []Event{FileWithdrawn{2, 1, "1"}, FileWithdrawn{3, 1, "2"}, DeclineFile{99}, FileNews{2, id, 1, Transfer{Stage: FileDone}}, FileNews{3, 99, 1, Transfer{Stage: FileDone}}} {
		if changed, _ := after(state, event); lastFile(changed).Stage != FileOffered {
			t.Errorf("%#v changes the offer", event)
		}
	}
}

func TestTooLargeOffers(t *testing.T) {
	t.Parallel()
	state, _ := after(chatting(), offerOf("1", "a", "", 1001))
	if !lastFile(state).TooLarge {
		t.Error("a file above the limit is not too large")
	}
	if _, effects := after(state, AcceptFile{state.Messages[0].ID, nothing{}}); len(effects) != 1 || effects[0] != (DiscardSink{nothing{}}) {
		t.Errorf("accepted: %+v", effects)
	}
	state, _ = after(state, FileLimit{2000})
	if lastFile(state).TooLarge {
		t.Error("a file below the limit is too large")
	}
}

func TestTooManyOffers(t *testing.T) {
	t.Parallel()
	state := chatting()
	for i := range MaxOffers {
		state, _ = after(state, offerOf(fmt.Sprint(i), "a", "", 5))
	}
	full, effects := after(state, offerOf("more", "a", "", 5))
	if refuse, is := effects[0].(RefuseFile); len(full.Messages) != MaxOffers || !is || refuse.Offer.ID != "more" {
		t.Errorf("%d messages, %+v", len(full.Messages), effects)
	}
	state, _ = after(state, DeclineFile{state.Messages[0].ID}, offerOf("more", "a", "", 5))
	if len(state.Messages) != MaxOffers+1 {
		t.Error("an offer is not shown although one was declined")
	}
}

func TestAFileOfThisSide(t *testing.T) {
	t.Parallel()
	source := p2p.FileSource{Name: "a.jpg", MediaType: "image/jpeg", Size: 3, Content: bytes.NewReader([]byte("abc"))}
	if state, effects := after(State{}, FileChosen{source, true}); len(state.Messages) > 0 || effects != nil {
		t.Errorf("offered to nobody: %+v", effects)
	}
	state, effects := after(chatting(), FileChosen{source, true})
	id := state.Messages[0].ID
	if send, is := effects[0].(SendFile); len(effects) != 1 || !is || send.Message != id || send.Source != source {
		t.Errorf("effects %+v", effects)
	}
	if file := lastFile(state); file.Stage != FileOffered || file.Name != "a.jpg" || file.Size != 3 || !file.Picture {
		t.Errorf("offered: %+v", file)
	}
	if _, effects := after(state, AcceptFile{id, nothing{}}); len(effects) != 1 || effects[0] != (DiscardSink{nothing{}}) {
		t.Errorf("accepted by its sender: %+v", effects)
	}
	late, _ := after(state, Ended{Search: 3}, FileNews{3, id, 1, Transfer{Stage: FileDone, Moved: 100}})
	if lastFile(late).Stage != FileDone {
		t.Errorf("told after the chat's end: %+v", lastFile(late))
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mediaType string
		size      uint64
		want      bool
	}{{"image/png", 5, true}, {"image/jpeg", 5, true}, {"image/svg+xml", 5, false}, {"text/html", 5, false}, {"image/png; charset=x", 5, false}, {"image/png", mostPicture + 1, false}} {
		state, _ := after(chatting(), offerOf("1", "a", test.mediaType, test.size))
		if got := lastFile(state).Picture; got != test.want {
			t.Errorf("%q of %d bytes is a picture: %v", test.mediaType, test.size, got)
		}
	}
}
