package p2p

import (
	"context"
	"encoding/binary"
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
const readAhead = 1 << 20

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
	transfer := &FileTransfer{link: link, offerID: id, size: size}
	transfer.start(ctx)
	transfer.outgoing = &outgoingFile{FileTransfer: transfer, content: file.Content, rules: filetransfer.NewOutgoing(size)}
	_ = link.files.add(transfer)                                  // the id is new
	if err := link.send(transfer.ctx, false, offer); err != nil { //nolint:contextcheck // it is of ctx
		transfer.stop(err)
		link.files.end(transfer, false)
		return nil, failed("offer file", err)
	}
	go transfer.outgoing.run() //nolint:contextcheck // the transfer has it
	return transfer, nil
}

// outgoingFile sends a file to a peer.
type outgoingFile struct {
	*FileTransfer

	// The following fields belong to run.
	content    io.ReaderAt
	connection *connection // on which chunks were sent last; nil: none yet
	block      block       // read last
	ahead      chan block  // gets what is being read; nil: nothing is
	spare      []byte      // for the next block
	sum        []byte      // of the whole file; nil: not known yet

	// The following fields belong to who reads.
	hash   filetransfer.Hash
	hashed uint64 // bytes from the beginning

	mu       sync.Mutex // guards the following fields
	rules    *filetransfer.Outgoing
	answered bool
}

// block is a part of the file.
type block struct {
	at   uint64
	data []byte
	err  error
}

func (o *outgoingFile) run() {
	err := o.send()
	if o.ahead != nil {
		<-o.ahead // the caller may close the file now
	}
	o.content, o.block, o.spare, o.hash = nil, block{}, nil, filetransfer.Hash{} // the transfer is remembered for a while
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
	if err := o.sendBulk(encodeChunk(o.offerID, offset, data)); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rules.Sent(offset, length, time.Now())
	return nil
}

func (o *outgoingFile) sendEnd() error {
	if o.sum == nil {
		o.sum = o.hash.Sum()
	}
	envelope := new(chatv1.Envelope)
	FileEnd{OfferID: o.offerID, SHA256: o.sum}.fill(envelope)
	data, err := lite.Marshal(envelope)
	if err == nil {
		err = o.sendBulk(data)
	}
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rules.EndSent(time.Now())
	return nil
}

// sendBulk sends a message on the connection of this step.
func (o *outgoingFile) sendBulk(data []byte) error {
	return o.link.sendOn(o.ctx, o.connection.bulk, o.connection.freed, data)
}

// encodeChunk returns the envelope of a FileChunk, which is copied once. It needs no id: it
// is never sent again as it is.
func encodeChunk(offerID string, offset uint64, data []byte) []byte {
	const (
		fileChunk = 8<<3 | 2 // of Envelope
		id        = 1<<3 | 2 // of FileChunk, as the others
		position  = 2 << 3
		content   = 3<<3 | 2
	)
	chunk := append(appendField(make([]byte, 0, 64), id, len(offerID)), offerID...)
	if offset > 0 {
		chunk = appendField(chunk, position, int(offset)) //nolint:gosec // below FileSource.Size
	}
	chunk = appendField(chunk, content, len(data))
	length := len(chunk) + len(data)
	out := appendField(make([]byte, 0, 1+binary.MaxVarintLen32+length), fileChunk, length)
	return append(append(out, chunk...), data...)
}

// appendField appends the tag of a field and its value or length. It is not inlined, because
// that would take three kilobytes of the browser client.
//
//go:noinline
func appendField(out []byte, tag byte, value int) []byte {
	return binary.AppendUvarint(append(out, tag), uint64(value)) //nolint:gosec // not negative
}

// read returns a part of the file, until the next call. The part after it is read
// meanwhile.
func (o *outgoingFile) read(offset uint64, length int) ([]byte, error) {
	end := offset + uint64(length) //nolint:gosec // a length
	for {
		last := o.block.at + uint64(len(o.block.data))
		switch {
		case o.block.err != nil:
			return nil, o.block.err
		case o.block.at <= offset && end <= last:
			if o.ahead == nil && last < o.size {
				o.readAhead(last)
			}
			return o.block.data[offset-o.block.at : end-o.block.at], nil
		case o.ahead == nil:
			o.readAhead(offset)
		}
		o.spare = o.block.data
		o.block, o.ahead = <-o.ahead, nil
	}
}

func (o *outgoingFile) readAhead(offset uint64) {
	ahead, data := make(chan block, 1), o.spare
	if length := min(o.size-offset, readAhead); uint64(cap(data)) < length {
		data = make([]byte, length)
	} else {
		data = data[:length]
	}
	o.ahead, o.spare = ahead, nil
	go func() {
		n, err := o.content.ReadAt(data, int64(offset)) //nolint:gosec // below Size
		if n == len(data) {
			err = nil
		} else if err == nil {
			err = io.ErrUnexpectedEOF
		}
		if last := offset + uint64(len(data)); err == nil && last > o.hashed {
			o.hash.Write(data[o.hashed-offset:])
			o.hashed = last
		}
		ahead <- block{offset, data, err}
	}()
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
