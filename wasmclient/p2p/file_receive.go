package p2p

import (
	"bytes"
	"context"
	"math"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/filetransfer"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// writeAtOnce is about how many bytes of a file are written at once at most.
const writeAtOnce = 1 << 20

// AcceptFile accepts the file that a message of [Room.Messages] offers, and stores it in
// sink: the file needs nothing more of the caller. The caller decides before whether the
// size and the name please: both are a stranger's, so use [SafeFileName] and a limit. The
// end of ctx cancels the transfer. Later messages about the file are not in
// [Room.Messages]. The error is [ErrNoOffer], [ErrTooManyFiles] or one of [Room.SendTo];
// sink is not used then.
func (r *Room) AcceptFile(ctx context.Context, offer Message, sink FileSink) (*FileTransfer, error) {
	content, is := offer.Content.(FileOffer)
	if !is || offer.ID == "" || len(offer.ID) > longestOfferID || content.Size > math.MaxInt64 || sink == nil {
		return nil, failed("accept file", ErrNoOffer)
	}
	link := r.link(offer.From)
	if link == nil {
		return nil, failed("accept file", ErrUnknownPeer)
	}
	transfer := &FileTransfer{link: link, offerID: offer.ID, size: content.Size}
	transfer.start(ctx)
	close(transfer.accepted)
	transfer.incoming = &incomingFile{FileTransfer: transfer, sink: sink, rules: filetransfer.NewIncoming(content.Size, time.Now())}
	err := link.files.add(transfer)
	if err == nil {
		if err = link.tell(transfer.ctx, FileAnswer{OfferID: offer.ID, Accepted: true}); err != nil { //nolint:contextcheck // it is of ctx
			link.files.end(transfer, false)
			transfer.incoming.drop()
		}
	}
	if err != nil {
		transfer.stop(err)
		return nil, failed("accept file", err)
	}
	go transfer.incoming.run() //nolint:contextcheck // the transfer has it
	return transfer, nil
}

// DeclineFile tells the peer that this side does not want the file that a message of
// [Room.Messages] offers. The error is [ErrNoOffer] or one of [Room.SendTo].
func (r *Room) DeclineFile(ctx context.Context, offer Message) error {
	if _, is := offer.Content.(FileOffer); !is {
		return failed("decline file", ErrNoOffer)
	}
	link := r.link(offer.From)
	if link == nil {
		return failed("decline file", ErrUnknownPeer)
	}
	return link.tell(ctx, FileAnswer{OfferID: offer.ID, Accepted: false})
}

// incomingFile takes a file of a peer.
type incomingFile struct {
	*FileTransfer

	sink FileSink          // belongs to run
	hash filetransfer.Hash // belongs to run

	mu     sync.Mutex // guards the following fields
	rules  *filetransfer.Incoming
	parts  []filePart // that are not written
	closed bool       // nothing more is taken
}

// filePart is a part of a file, and the message that brought it.
type filePart struct {
	data    []byte
	arrived arrival
}

func (i *incomingFile) run() {
	err := i.receive()
	i.drop()
	if err != nil {
		i.sink.Discard()
	}
	i.sink, i.hash = nil, filetransfer.Hash{} // the transfer is remembered for a while
	i.conclude(err)
}

// receive returns when the whole file is stored and the sender knows it, or why it is not.
func (i *incomingFile) receive() error {
	var batch []byte
	for {
		if err := i.ended(); err != nil {
			return err
		}
		var held unread
		batch, held = i.take(batch[:0])
		if err := i.store(batch, held); err != nil {
			return err
		}
		i.mu.Lock()
		sum, complete := i.rules.Complete()
		offset, due, wait := i.rules.Ack(time.Now())
		i.mu.Unlock()
		switch {
		case complete:
			return i.finish(sum)
		case due:
			if err := i.link.tell(i.ctx, FileAck{OfferID: i.offerID, Offset: offset}); err != nil && i.ended() == nil {
				return &FileError{Reason: FileStopped, Err: err}
			}
		case len(batch) == 0:
			i.wait(nil, wait)
		}
	}
}

// take returns what is written next, and counts the messages that brought it.
func (i *incomingFile) take(batch []byte) (taken []byte, held unread) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for len(i.parts) > 0 && (len(batch) == 0 || len(batch)+len(i.parts[0].data) <= writeAtOnce) {
		batch = append(batch, i.parts[0].data...)
		held.add(i.parts[0].arrived.bulk, 1, i.parts[0].arrived.size)
		i.parts[0] = filePart{}
		i.parts = i.parts[1:]
	}
	return batch, held
}

// store writes the next bytes, and lets the sender send as many more.
func (i *incomingFile) store(batch []byte, held unread) error {
	if len(batch) == 0 {
		return nil
	}
	hashed := make(chan struct{})
	go func() {
		i.hash.Write(batch)
		close(hashed)
	}()
	_, err := i.sink.Write(batch)
	<-hashed
	i.release(held)
	if err != nil {
		return &FileError{Reason: FileNoSpace, Err: failed("write file", err)}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules.Stored(len(batch))
	i.moved.Store(i.rules.Progress())
	return nil
}

// finish compares the hash, completes the sink and tells the sender that all is stored.
func (i *incomingFile) finish(sum []byte) error {
	if !bytes.Equal(i.hash.Sum(), sum) {
		return &FileError{Reason: FileCorrupt}
	}
	if err := i.sink.Complete(); err != nil {
		return &FileError{Reason: FileNoSpace, Err: failed("complete file", err)}
	}
	_ = i.link.tell(i.link.ctx, FileAck{OfferID: i.offerID, Offset: i.size}) // the file is here in any case
	return nil
}

// drop lets go of what was not written.
func (i *incomingFile) drop() {
	var held unread
	i.mu.Lock()
	for _, part := range i.parts {
		held.add(part.arrived.bulk, 1, part.arrived.size)
	}
	i.parts, i.closed = nil, true
	i.mu.Unlock()
	i.release(held)
}

func (i *incomingFile) release(held unread) {
	i.link.room.received.release(i.link, held)
	i.link.read()
}

// chunk takes what continues the file. It does not block.
func (i *incomingFile) chunk(offset uint64, data []byte, arrived arrival) verdict {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return useful
	}
	part, err := i.rules.Chunk(offset, data)
	switch {
	case err != nil:
		i.stop(&FileError{Reason: FileCorrupt, Err: err})
		return useless
	case part != nil:
		if !i.link.room.received.hold(i.link, arrived.bulk, arrived.size, arrived.waits) {
			return overrun
		}
		i.parts = append(i.parts, filePart{part, arrived})
		workqueue.Signal(i.changed)
		return kept
	}
	workqueue.Signal(i.changed)
	if i.rules.Wasteful() {
		return useless
	}
	return useful
}

// end notes that all was sent. It does not block.
func (i *incomingFile) end(sum []byte) verdict {
	i.mu.Lock()
	defer i.mu.Unlock()
	if err := i.rules.End(sum); err != nil {
		i.stop(&FileError{Reason: FileCorrupt, Err: err})
	}
	workqueue.Signal(i.changed)
	if i.rules.Wasteful() {
		return useless
	}
	return useful
}
