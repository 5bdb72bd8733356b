//go:build !js

package p2p

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

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
