//go:build !js

package p2p

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// memory is a FileSink in memory.
type memory struct {
	bytes.Buffer
	pause      time.Duration // for each 256 KiB
	hangs      time.Duration // the first Write
	full       error         // of each Write
	incomplete error         // of Complete
	completed  atomic.Int32
	discarded  atomic.Int32
	written    chan struct{} // gets one with the first Write, if it is not nil
}

func (m *memory) Write(data []byte) (int, error) {
	time.Sleep(m.pause * time.Duration(len(data)) / (256 << 10))
	if m.Len() == 0 {
		time.Sleep(m.hangs)
	}
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
