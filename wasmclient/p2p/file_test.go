//go:build !js

package p2p

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"testing"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

func TestFilesOfAnySize(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	for _, size := range []int{0, 1, 16 << 10, 16<<10 + 1, 256 << 10, 1 << 20, 3<<20 + 7} {
		content, sink := randomBytes(size), new(memory)
		outgoing, err := a.SendFile(t.Context(), b.Self(), source("../dir/name\u202e.txt", content))
		if err != nil {
			t.Fatal(err)
		}
		message, offer := offered(t, b)
		if offer.Name != "name.txt" || offer.MediaType != "text/plain" || offer.Size != uint64(size) || message.ID != outgoing.OfferID() {
			t.Errorf("offer %+v with the id %q", offer, message.ID)
		}
		incoming, err := b.AcceptFile(t.Context(), message, sink)
		if err != nil {
			t.Fatal(err)
		}
		for side, transfer := range []*FileTransfer{outgoing, incoming} {
			if err := transfer.Wait(); err != nil || transfer.Moved() != uint64(size) {
				t.Errorf("%d bytes, side %d: %v after %d", size, side, err, transfer.Moved())
			}
		}
		sink.wants(t, content)
		if err := b.SendText(t.Context(), "and on"); err != nil || texts(t, a, 1)[0] != "and on" {
			t.Errorf("%d bytes: messages about the file are left, or %v", size, err)
		}
	}
}

// TestFilesBothWaysAtOnce also talks meanwhile.
func TestFilesBothWaysAtOnce(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	var transfers []*FileTransfer
	var sinks []*memory
	contents := [][]byte{randomBytes(4 << 20), randomBytes(5 << 20), randomBytes(1000), randomBytes(3 << 20)}
	for i, content := range contents {
		from, to := a, b
		if i%2 == 1 {
			from, to = b, a
		}
		sink := new(memory)
		outgoing, incoming := sending(t, from, to, source("x", content), sink)
		transfers, sinks = append(transfers, outgoing, incoming), append(sinks, sink)
	}
	for i := range 20 {
		if err := a.SendText(t.Context(), strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := texts(t, b, 20); got[19] != "19" {
		t.Errorf("heard %q", got)
	}
	for i, transfer := range transfers {
		if err := transfer.Wait(); err != nil {
			t.Errorf("file %d: %v", i/2, err)
		}
	}
	for i, sink := range sinks {
		sink.wants(t, contents[i])
	}
}

// TestAFileSurvivesRepairs breaks the path in the middle of a file: it is repaired by an ICE
// restart, or by a new connection, which loses what the old one has buffered.
func TestAFileSurvivesRepairs(t *testing.T) {
	repairs := []struct {
		name   string
		breaks func(t *testing.T, w *world)
	}{
		{"short cut", func(t *testing.T, w *world) {
			w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
			p2ptest.Pass(t, 3*time.Second)
			w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		}},
		{"ICE restart of the sender", func(t *testing.T, w *world) { w.peers[0].move(); p2ptest.Pass(t, 15*time.Second) }},
		{"ICE restart of the receiver", func(t *testing.T, w *world) { w.peers[1].move(); p2ptest.Pass(t, 15*time.Second) }},
		{"new connection of the sender", func(t *testing.T, w *world) { replaceConnection(t, w, 0) }},
		{"new connection of the receiver", func(t *testing.T, w *world) { replaceConnection(t, w, 1) }},
	}
	for _, repair := range repairs {
		t.Run(repair.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				content, sink := randomBytes(5<<20), &memory{pause: 200 * time.Millisecond}
				outgoing, incoming := sending(t, w.rooms[0], w.rooms[1], source("x", content), sink)
				p2ptest.Pass(t, time.Second)
				before := incoming.Moved()
				if before == 0 || before == uint64(len(content)) {
					t.Fatalf("%d bytes have moved before the repair", before)
				}
				repair.breaks(t, w)
				for side, transfer := range []*FileTransfer{outgoing, incoming} {
					if err := transfer.Wait(); err != nil {
						t.Errorf("side %d: %v after %d bytes", side, err, transfer.Moved())
					}
				}
				sink.wants(t, content)
				w.talks(t)
			})
		})
	}
}

func replaceConnection(t *testing.T, w *world, slot int) {
	t.Helper()
	before := w.rooms[slot].links[0].current()
	w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
	p2ptest.Pass(t, 9*time.Second)
	link := w.rooms[slot].links[0]
	link.work.Post(func() {
		if err := link.offer(); err != nil {
			t.Errorf("offer: %v", err)
		}
	})
	w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
	p2ptest.Pass(t, time.Second)
	if link.current() == before {
		t.Error("the old connection is still in use")
	}
}

func TestAFileThatIsDeclined(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		outgoing, err := w.rooms[0].SendFile(t.Context(), w.rooms[1].Self(), source("x", []byte("hello")))
		if err != nil {
			t.Fatal(err)
		}
		message, _ := offered(t, w.rooms[1])
		if err := w.rooms[1].DeclineFile(t.Context(), message); err != nil {
			t.Error(err)
		}
		wantFileError(t, outgoing.Wait(), FileDeclined, true)
		select {
		case <-outgoing.Accepted():
			t.Error("accepted")
		default:
		}
		w.talks(t)
	})
}

func TestAFileThatIsCanceled(t *testing.T) {
	for _, test := range []struct {
		name   string
		cancel func(outgoing, incoming *FileTransfer)
		by     int
	}{
		{"by the sender", func(outgoing, _ *FileTransfer) { outgoing.Cancel(FileStopped) }, 0},
		{"by the receiver", func(_, incoming *FileTransfer) { incoming.Cancel(FileStopped) }, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				sink := &memory{pause: 10 * time.Millisecond}
				outgoing, incoming := sending(t, w.rooms[0], w.rooms[1], source("x", make([]byte, 50<<20)), sink)
				p2ptest.Pass(t, time.Second)
				test.cancel(outgoing, incoming)
				wantFileError(t, outgoing.Wait(), FileStopped, test.by == 1)
				wantFileError(t, incoming.Wait(), FileStopped, test.by == 0)
				sink.wants(t, nil)
				p2ptest.Pass(t, 10*time.Second)
				w.talks(t)
				if held := w.rooms[1].received.unreadOf(w.rooms[1].links[0]); held != (unread{}) {
					t.Errorf("%+v count as unread", held)
				}
			})
		})
	}
}

// TestAFileThatIsCanceledBeforeItIsAccepted lets the receiver accept before it knows.
func TestAFileThatIsCanceledBeforeItIsAccepted(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		outgoing, err := w.rooms[0].SendFile(t.Context(), w.rooms[1].Self(), source("x", []byte("hello")))
		if err != nil {
			t.Fatal(err)
		}
		message, _ := offered(t, w.rooms[1])
		outgoing.Cancel(FileStopped)
		p2ptest.Pass(t, time.Second)
		sink := new(memory)
		incoming, err := w.rooms[1].AcceptFile(t.Context(), message, sink)
		if err != nil {
			t.Fatal(err)
		}
		wantFileError(t, incoming.Wait(), FileStopped, true)
		sink.wants(t, nil)
		if got := nextMessage(t, w.rooms[1]).Content; got != (FileCancel{OfferID: message.ID, Reason: FileStopped}) {
			t.Errorf("got %#v, want the cancel", got)
		}
		w.talks(t)
	})
}

func TestAContextEndsAFile(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		outgoing, err := w.rooms[0].SendFile(ctx, w.rooms[1].Self(), source("x", []byte("hello")))
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := outgoing.Wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
		w.rooms[1].Messages()
	})
}

func TestFilesEndWithTheRoom(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		sink := &memory{pause: 10 * time.Millisecond}
		outgoing, incoming := sending(t, w.rooms[0], w.rooms[1], source("x", make([]byte, 50<<20)), sink)
		p2ptest.Pass(t, time.Second)
		_ = w.rooms[1].Close()
		var ended *EndedError
		if err := incoming.Wait(); !errors.As(err, &ended) || ended.Reason != ReasonClosed {
			t.Errorf("receiver: %v", err)
		}
		if err := outgoing.Wait(); !errors.As(err, &ended) || ended.Reason != ReasonPeerLeft {
			t.Errorf("sender: %v", err)
		}
		sink.wants(t, nil)
	})
}

func TestFaultsOfDisks(t *testing.T) {
	fault := errors.New("the disk is broken")
	for _, test := range []struct {
		name   string
		size   int64
		sink   *memory
		reason FileCancelReason
		by     int
	}{
		{"of a write", 1 << 20, &memory{full: fault}, FileNoSpace, 1},
		{"at the end", 1 << 20, &memory{incomplete: fault}, FileNoSpace, 1},
		{"of a read", 3 << 20, new(memory), FileStopped, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				file := source("x", make([]byte, 1<<20))
				file.Size = test.size
				outgoing, incoming := sending(t, w.rooms[0], w.rooms[1], file, test.sink)
				wantFileError(t, outgoing.Wait(), test.reason, test.by == 1)
				wantFileError(t, incoming.Wait(), test.reason, test.by == 0)
				test.sink.wants(t, nil)
				if test.by == 1 && !errors.Is(incoming.Wait(), fault) {
					t.Errorf("error %v, want that of the disk", incoming.Wait())
				}
				w.talks(t)
			})
		})
	}
}

// TestASlowSinkBoundsMemory looks at what is kept for a sink that is slower than the network.
func TestASlowSinkBoundsMemory(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		sink := &memory{pause: 20 * time.Millisecond}
		outgoing, incoming := sending(t, w.rooms[0], w.rooms[1], source("x", randomBytes(10<<20)), sink)
		for incoming.Moved() < 10<<20 {
			p2ptest.Pass(t, 15*time.Millisecond)
			if held := w.rooms[1].received.unreadOf(w.rooms[1].links[0]).bulk; held > bulkWindow {
				t.Fatalf("%d bytes are kept, more than the window", held)
			}
		}
		if outgoing.Wait() != nil || incoming.Wait() != nil {
			t.Errorf("%v, %v", outgoing.Wait(), incoming.Wait())
		}
	})
}

func TestEncodeChunk(t *testing.T) {
	t.Parallel()
	for _, offset := range []uint64{0, 1, 1 << 40} {
		for _, length := range []int{1, 100, 16 << 10} {
			data := randomBytes(length)
			envelope := new(chatv1.Envelope)
			FileChunk{OfferID: platform.RandomID(), Offset: offset, Data: data}.fill(envelope)
			want, err := lite.Marshal(envelope)
			if err != nil {
				t.Fatal(err)
			}
			got := encodeChunk(envelope.GetFileChunk().GetOfferId(), offset, data)
			if decoded := decode(got); !reflect.DeepEqual(contentOf(decoded), contentOf(decode(want))) {
				t.Errorf("%d bytes at %d: %x…, want %x…", length, offset, got[:min(40, len(got))], want[:min(40, len(want))])
			}
		}
	}
}

// TestASinkThatHangs lets one write of a sink take a minute, as a disk does that wakes up or a
// dialog that nobody answers. The sender has sent all meanwhile, and cannot know.
func TestASinkThatHangs(t *testing.T) {
	for _, size := range []int{100 << 10, 1 << 20, 3 << 20, 20 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				content, sink := randomBytes(size), &memory{hangs: time.Minute}
				outgoing, incoming := sending(t, w.rooms[0], w.rooms[1], source("x", content), sink)
				for side, transfer := range []*FileTransfer{outgoing, incoming} {
					if err := transfer.Wait(); err != nil {
						t.Errorf("side %d: %v after %d bytes", side, err, transfer.Moved())
					}
				}
				sink.wants(t, content)
				w.talks(t)
			})
		})
	}
}
