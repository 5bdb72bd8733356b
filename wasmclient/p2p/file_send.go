package p2p

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/filetransfer"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// readAhead is how many bytes of a file are read at once.
const readAhead = 256 << 10

// longestMediaType is that of RFC 6838, section 4.2, in bytes.
const longestMediaType = 127

// SendFile offers a file to one peer, and sends it when the peer accepts: the file needs
// nothing more of the caller, who can watch it, wait for it and cancel it. The end of ctx
// cancels it, too. The messages about it are not in [Room.Messages]. The error is
// [ErrNoSource], or one of [Room.SendTo].
func (r *Room) SendFile(ctx context.Context, peerID string, file FileSource) (*FileTransfer, error) {
	link := r.link(peerID)
	if link == nil {
		return nil, failed("offer file to "+strconv.Quote(peerID), ErrUnknownPeer)
	}
	if file.Size < 0 || file.Content == nil {
		return nil, failed("offer file", ErrNoSource)
	}
	if len(file.MediaType) > longestMediaType {
		file.MediaType = ""
	}
	size := uint64(file.Size)
	offer, id, err := encode(FileOffer{Name: SafeFileName(file.Name), MediaType: file.MediaType, Size: size})
	if err != nil {
		return nil, failed("offer file", err)
	}
	outgoing := &outgoingFile{FileTransfer: newFileTransfer(ctx, link, id, size), content: file.Content, rules: filetransfer.NewOutgoing(size)}
	link.files.addOutgoing(outgoing)
	if err := link.send(outgoing.ctx, false, offer); err != nil {
		outgoing.stop(err)
		link.files.forgetOutgoing(outgoing)
		return nil, failed("offer file", err)
	}
	go outgoing.run()
	return outgoing.FileTransfer, nil
}

// outgoingFile is a file on its way to a peer.
type outgoingFile struct {
	*FileTransfer

	// The following fields belong to run.
	content    io.ReaderAt
	connection *connection // on which chunks were sent last; nil: none yet
	block      []byte      // read last
	blockAt    uint64      // where that begins
	hash       filetransfer.Hash
	hashed     uint64 // bytes from the beginning
	sum        []byte // of the whole file; nil: not known yet

	mu       sync.Mutex // guards the following fields
	rules    *filetransfer.Outgoing
	answered bool
}

func (o *outgoingFile) run() {
	err := o.send()
	o.link.files.forgetOutgoing(o)
	o.conclude(err)
}

// send returns when the receiver has the whole file, or why it does not get it.
func (o *outgoingFile) send() error {
	select {
	case <-o.accepted:
	case <-o.ctx.Done():
	case <-o.link.ctx.Done():
	}
	for !o.complete() {
		if err := o.ended(); err != nil {
			return err
		}
		if err := o.step(); err != nil && !errors.Is(err, errReplaced) {
			if ended := o.ended(); ended != nil {
				return ended
			}
			return err
		}
	}
	return nil
}

// step sends what is due, or waits until something is. What was sent on a connection that
// is replaced may be lost.
func (o *outgoingFile) step() error {
	connection := o.link.current()
	o.mu.Lock()
	if connection != o.connection {
		o.rules.Rewind()
	}
	offset, length := o.rules.Next()
	ends := o.rules.EndDue()
	o.mu.Unlock()
	o.connection = connection
	switch {
	case length > 0:
		return o.sendChunk(offset, length)
	case ends:
		return o.sendEnd()
	}
	o.mu.Lock()
	again := o.rules.Stalled(time.Now())
	ends = o.rules.EndDue()
	o.mu.Unlock()
	if !ends {
		o.wait(connection, again)
	}
	return nil
}

func (o *outgoingFile) sendChunk(offset uint64, length int) error {
	data, err := o.read(offset, length)
	if err != nil {
		return &FileError{Reason: FileStopped, Err: failed("read file", err)}
	}
	if err := o.sendBulk(FileChunk{OfferID: o.offerID, Offset: offset, Data: data}); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rules.Sent(offset, length, time.Now())
	return nil
}

func (o *outgoingFile) sendEnd() error {
	if o.hashed == o.size && o.sum == nil {
		o.sum = o.hash.Sum()
	}
	if err := o.sendBulk(FileEnd{OfferID: o.offerID, SHA256: o.sum}); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rules.EndSent(time.Now())
	return nil
}

// sendBulk sends content on the connection of this step. It needs no id: it is never sent
// again as it is.
func (o *outgoingFile) sendBulk(content Content) error {
	envelope := new(chatv1.Envelope)
	content.fill(envelope)
	data, err := lite.Marshal(envelope)
	if err != nil {
		return err
	}
	return o.link.sendOn(o.ctx, o.connection.bulk, o.connection.freed, data)
}

// read returns a part of the file, until the next call.
func (o *outgoingFile) read(offset uint64, length int) ([]byte, error) {
	end := offset + uint64(length)                                  //nolint:gosec // a length
	if offset < o.blockAt || end > o.blockAt+uint64(len(o.block)) { //nolint:gosec // a length
		o.block = make([]byte, min(o.size-offset, readAhead))
		if n, err := o.content.ReadAt(o.block, int64(offset)); n < len(o.block) { //nolint:gosec // below Size
			o.block = nil
			return nil, cmp.Or(err, io.ErrUnexpectedEOF)
		}
		o.blockAt = offset
		if last := offset + uint64(len(o.block)); last > o.hashed {
			o.hash.Write(o.block[o.hashed-offset:])
			o.hashed = last
		}
	}
	return o.block[offset-o.blockAt : end-o.blockAt], nil
}

// complete notes what the receiver has stored, and reports whether that is all.
func (o *outgoingFile) complete() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rules.Done()
}

// answer notes the receiver's answer. It reports whether that was of use.
func (o *outgoingFile) answer(accepted bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.answered {
		return false
	}
	if o.answered = true; accepted {
		close(o.accepted)
	} else {
		o.stop(&FileError{Reason: FileDeclined, ByPeer: true})
	}
	return true
}

// ack notes what the receiver has stored. It reports whether that was of use.
func (o *outgoingFile) ack(offset uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	useful := o.rules.Ack(offset, time.Now())
	o.moved.Store(o.rules.Acked())
	workqueue.Signal(o.changed)
	return useful
}
