//go:build !js

package p2p

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

// memory is a FileSink in memory.
type memory struct {
	bytes.Buffer
	pause      time.Duration // of each Write
	full       error         // of each Write
	incomplete error         // of Complete
	completed  atomic.Int32
	discarded  atomic.Int32
	written    chan struct{} // gets one with the first Write, if it is not nil
}

func (m *memory) Write(data []byte) (int, error) {
	time.Sleep(m.pause)
	if m.full != nil {
		return 0, m.full
	}
	if m.written != nil && m.Len() == 0 {
		close(m.written)
	}
	return m.Buffer.Write(data)
}

func (m *memory) Complete() error {
	m.completed.Add(1)
	return m.incomplete
}

func (m *memory) Discard() { m.discarded.Add(1) }

// wants fails unless the sink was ended once, as it should be.
func (m *memory) wants(t *testing.T, content []byte) {
	t.Helper()
	switch whole := content != nil; {
	case whole && !bytes.Equal(m.Bytes(), content):
		t.Errorf("%d bytes are stored, and not those %d that were sent", m.Len(), len(content))
	case whole && (m.completed.Load() != 1 || m.discarded.Load() != 0), !whole && m.discarded.Load() != 1:
		t.Errorf("completed %d times, discarded %d times", m.completed.Load(), m.discarded.Load())
	}
}

func randomBytes(length int) []byte {
	data := make([]byte, length)
	for i := 0; i+8 <= length; i += 8 {
		word := rand.Uint64()
		for j := range 8 {
			data[i+j] = byte(word >> (8 * j))
		}
	}
	return data
}

func source(name string, content []byte) FileSource {
	return FileSource{Name: name, MediaType: "text/plain", Size: int64(len(content)), Content: bytes.NewReader(content)}
}

// offered returns the next message of a room, which must offer a file.
func offered(t *testing.T, room *Room) (Message, FileOffer) {
	t.Helper()
	message := nextMessage(t, room)
	offer, is := message.Content.(FileOffer)
	if !is {
		t.Fatalf("got %#v, want an offer", message.Content)
	}
	return message, offer
}

func nextMessage(t *testing.T, room *Room) Message {
	t.Helper()
	for message, err := range room.Messages() {
		if err != nil {
			t.Fatalf("room ended: %v", err)
		}
		return message
	}
	return Message{}
}

// sending offers a file of the first room to the second one, which accepts it.
func sending(t *testing.T, from, to *Room, file FileSource, sink FileSink) (outgoing, incoming *FileTransfer) {
	t.Helper()
	outgoing, err := from.SendFile(t.Context(), from.Peers()[0].ID, file)
	if err != nil {
		t.Fatalf("SendFile: %v", err)
	}
	message, _ := offered(t, to)
	incoming, err = to.AcceptFile(t.Context(), message, sink)
	if err != nil {
		t.Fatalf("AcceptFile: %v", err)
	}
	return outgoing, incoming
}

func wantFileError(t *testing.T, err error, reason FileCancelReason, byPeer bool) {
	t.Helper()
	var failure *FileError
	if !errors.As(err, &failure) || failure.Reason != reason || failure.ByPeer != byPeer {
		t.Errorf("error %v, want %s, by the peer: %v", err, reason, byPeer)
	}
}

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
				content, sink := randomBytes(20<<20), &memory{pause: 50 * time.Millisecond}
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

// byHand offers a file of that size by single messages, and returns what sends the others.
func byHand(t *testing.T, w *world, size uint64, sink FileSink) (send func(Content), id string, incoming *FileTransfer) {
	t.Helper()
	id, err := w.rooms[0].Send(t.Context(), FileOffer{Name: "x", Size: size})
	if err != nil {
		t.Fatal(err)
	}
	message, _ := offered(t, w.rooms[1])
	incoming, err = w.rooms[1].AcceptFile(t.Context(), message, sink)
	if err != nil {
		t.Fatal(err)
	}
	if got := nextMessage(t, w.rooms[0]).Content; got != (FileAnswer{OfferID: id, Accepted: true}) {
		t.Fatalf("got %#v, want the answer", got)
	}
	return func(content Content) {
		if _, err := w.rooms[0].Send(t.Context(), content); err != nil {
			t.Errorf("send %#v: %v", content, err)
		}
	}, id, incoming
}

func TestSendersThatDoNotKeepToTheirOffer(t *testing.T) {
	right := sha256.Sum256([]byte("hello"))
	for _, test := range []struct {
		name   string
		send   func(id string) []Content
		reason FileCancelReason // empty: the file arrives
	}{
		{"right", func(id string) []Content {
			return []Content{FileChunk{OfferID: id, Data: []byte("hel")}, FileChunk{OfferID: id, Offset: 3, Data: []byte("lo")}, FileEnd{OfferID: id, SHA256: right[:]}}
		}, ""},
		{"out of order and again", func(id string) []Content {
			return []Content{
				FileEnd{OfferID: id, SHA256: right[:]}, FileChunk{OfferID: id, Offset: 3, Data: []byte("xx")}, FileChunk{OfferID: id, Data: []byte("hel")}, FileChunk{OfferID: id, Data: []byte("xxx")},
				FileChunk{OfferID: id, Offset: 1, Data: []byte("xxlo")}, FileEnd{OfferID: id, SHA256: right[:]}, FileEnd{OfferID: id, SHA256: right[:]},
			}
		}, ""},
		{"another hash", func(id string) []Content {
			return []Content{FileChunk{OfferID: id, Data: []byte("hallo")}, FileEnd{OfferID: id, SHA256: right[:]}}
		}, FileCorrupt},
		{"no hash", func(id string) []Content {
			return []Content{FileChunk{OfferID: id, Data: []byte("hello")}, FileEnd{OfferID: id}}
		}, FileCorrupt},
		{"more than offered", func(id string) []Content {
			return []Content{FileChunk{OfferID: id, Data: []byte("hello, world")}}
		}, FileCorrupt},
		{"far beyond", func(id string) []Content {
			return []Content{FileChunk{OfferID: id, Offset: 1<<64 - 1, Data: []byte("hello")}}
		}, FileCorrupt},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				sink := new(memory)
				send, id, incoming := byHand(t, w, 5, sink)
				for _, content := range test.send(id) {
					send(content)
				}
				if test.reason == "" {
					if err := incoming.Wait(); err != nil {
						t.Error(err)
					}
					sink.wants(t, []byte("hello"))
					return
				}
				wantFileError(t, incoming.Wait(), test.reason, false)
				sink.wants(t, nil)
				for {
					if cancel, is := nextMessage(t, w.rooms[0]).Content.(FileCancel); is {
						if cancel.OfferID != id || cancel.Reason != test.reason {
							t.Errorf("told %+v", cancel)
						}
						break
					}
				}
				w.talks(t)
			})
		})
	}
}

// TestReceiversThatDoNotKeepToTheirAnswer answers by hand, and against the protocol.
func TestReceiversThatDoNotKeepToTheirAnswer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		content := randomBytes(100_000)
		outgoing, err := w.rooms[0].SendFile(t.Context(), w.rooms[1].Self(), source("x", content))
		if err != nil {
			t.Fatal(err)
		}
		message, _ := offered(t, w.rooms[1])
		send := func(content Content) {
			if _, err := w.rooms[1].Send(t.Context(), content); err != nil {
				t.Fatal(err)
			}
		}
		send(FileAck{OfferID: message.ID, Offset: 100_000})
		send(FileAnswer{OfferID: message.ID, Accepted: true})
		send(FileAnswer{OfferID: message.ID, Accepted: false})
		send(FileAck{OfferID: message.ID, Offset: 1 << 62})
		send(FileCancel{OfferID: "another"})
		var got []byte
		for len(got) < len(content) {
			chunk, is := nextMessage(t, w.rooms[1]).Content.(FileChunk)
			if !is || chunk.Offset != uint64(len(got)) {
				t.Fatalf("got a chunk at %d after %d bytes", chunk.Offset, len(got))
			}
			got = append(got, chunk.Data...)
		}
		if _, is := nextMessage(t, w.rooms[1]).Content.(FileEnd); !is || !bytes.Equal(got, content) {
			t.Error("other bytes, or no end")
		}
		send(FileAck{OfferID: message.ID, Offset: 50}) // as if the rest had been lost
		send(FileAck{OfferID: message.ID, Offset: 50})
		if chunk, is := nextMessage(t, w.rooms[1]).Content.(FileChunk); !is || chunk.Offset != 50 {
			t.Errorf("got a chunk at %d, want 50", chunk.Offset)
		}
		send(FileAck{OfferID: message.ID, Offset: uint64(len(content))})
		if err := outgoing.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestFilesThatNobodyAccepts(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room := w.rooms[1]
		offer := Message{From: w.rooms[0].Self(), ID: "1", Content: FileOffer{Size: 5}}
		for _, test := range []struct {
			name   string
			change func(*Message)
			want   error
		}{
			{"no offer", func(m *Message) { m.Content = Text{"hi"} }, ErrNoOffer},
			{"no id", func(m *Message) { m.ID = "" }, ErrNoOffer},
			{"long id", func(m *Message) { m.ID = strings.Repeat("x", 65) }, ErrNoOffer},
			{"huge", func(m *Message) { m.Content = FileOffer{Size: 1 << 63} }, ErrNoOffer},
			{"of nobody", func(m *Message) { m.From = "nobody" }, ErrUnknownPeer},
		} {
			message := offer
			test.change(&message)
			if _, err := room.AcceptFile(t.Context(), message, new(memory)); !errors.Is(err, test.want) {
				t.Errorf("%s: error %v, want %v", test.name, err, test.want)
			}
		}
		var transfers []*FileTransfer
		for i := range filesAtOnce {
			offer.ID = strconv.Itoa(i)
			transfer, err := room.AcceptFile(t.Context(), offer, new(memory))
			if err != nil {
				t.Fatal(err)
			}
			transfers = append(transfers, transfer)
		}
		if _, err := room.AcceptFile(t.Context(), offer, new(memory)); !errors.Is(err, ErrNoOffer) {
			t.Errorf("the same again: %v", err)
		}
		offer.ID = "one more"
		if _, err := room.AcceptFile(t.Context(), offer, new(memory)); !errors.Is(err, ErrTooManyFiles) {
			t.Errorf("one more: %v", err)
		}
		for _, transfer := range transfers {
			transfer.Cancel(FileStopped)
			_ = transfer.Wait()
		}
		offer.ID = "0"
		if _, err := room.AcceptFile(t.Context(), offer, new(memory)); !errors.Is(err, ErrNoOffer) {
			t.Errorf("one that was canceled: %v", err)
		}
		for _, file := range []FileSource{{Size: -1, Content: bytes.NewReader(nil)}, {Size: 1}} {
			if _, err := room.SendFile(t.Context(), w.rooms[0].Self(), file); !errors.Is(err, ErrNoSource) {
				t.Errorf("error %v, want ErrNoSource", err)
			}
		}
		if _, err := room.SendFile(t.Context(), "nobody", source("x", nil)); !errors.Is(err, ErrUnknownPeer) {
			t.Errorf("error %v, want ErrUnknownPeer", err)
		}
	})
}

// TestAFloodOfUselessChunks lets a peer send the same chunk for ever: the chat ends.
func TestAFloodOfUselessChunks(t *testing.T) {
	for _, canceled := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := openWorld(t)
			p2ptest.Pass(t, 10*time.Second)
			send, id, incoming := byHand(t, w, 1<<40, new(memory))
			send(FileChunk{OfferID: id, Data: []byte("x")})
			if canceled {
				incoming.Cancel(FileStopped)
				_ = incoming.Wait()
			}
			for range 100_000 {
				if _, err := w.rooms[0].Send(t.Context(), FileChunk{OfferID: id, Data: make([]byte, 16<<10)}); err != nil {
					break
				}
			}
			if got := ending(t, w.rooms[1]); got != ReasonOverrun {
				t.Errorf("ended with %q, want %q", got, ReasonOverrun)
			}
			w.close(t)
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
