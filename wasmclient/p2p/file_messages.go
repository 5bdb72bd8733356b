package p2p

import (
	"sync"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
)

const (
	// filesAtOnce is how many files of a peer may be on their way to this side.
	filesAtOnce = 8
	// longestOfferID is the bound of chat.v1 for a message id, in bytes.
	longestOfferID = 64
	// endedFiles is how many transfers that are over are remembered, in each direction.
	endedFiles = 64
	// lateBytes is how much may still come of a file that this side has canceled: twice
	// what a connection buffers and this side has given credit for.
	lateBytes = 2 * (highWaterMark + bulkWindow)
	// againPause is the pause between two answers to what comes of a file that is stored.
	againPause = 250 * time.Millisecond
)

// files are the transfers of a link, the last of those that are over included. Safe for
// concurrent use; the zero value has none.
type files struct {
	mu        sync.Mutex // guards the following fields, and afterwards of each transfer
	transfers []*FileTransfer
}

// afterwards is what is known of a transfer that is over.
type afterwards struct {
	over, complete bool
	late           int       // bytes that have come since
	told           time.Time // when the peer was last told that it is complete
}

// add fails for an offer that was answered before, and for too many of the peer at once.
func (f *files) add(transfer *FileTransfer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	coming := 0
	for _, other := range f.transfers {
		if other.outgoing != nil || transfer.outgoing != nil {
			continue
		}
		if other.offerID == transfer.offerID {
			return ErrNoOffer
		}
		if !other.after.over {
			coming++
		}
	}
	if coming == filesAtOnce {
		return ErrTooManyFiles
	}
	f.transfers = append(f.transfers, transfer)
	return nil
}

// end notes that a transfer is over, and forgets the oldest such one of too many.
func (f *files) end(transfer *FileTransfer, complete bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	transfer.after = afterwards{over: true, complete: complete, told: time.Now()}
	over := 0
	for i := len(f.transfers) - 1; i >= 0; i-- {
		if !f.transfers[i].after.over {
			continue
		}
		if over++; over > endedFiles {
			f.transfers = append(f.transfers[:i], f.transfers[i+1:]...)
		}
	}
}

// find returns the transfer of an offer, or nil, and whether it is over.
func (f *files) find(offerID string, outgoing bool) (transfer *FileTransfer, over bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, transfer := range f.transfers {
		if transfer.offerID == offerID && (transfer.outgoing != nil) == outgoing {
			return transfer, transfer.after.over
		}
	}
	return nil, false
}

// arrival is how a message has come.
type arrival struct {
	from  *connection
	bulk  bool
	size  int
	waits bool // the sender gives credit, and had credit for it
}

// verdict is what becomes of a message.
type verdict int

const (
	unknown verdict = iota // it is about no transfer of this side
	useful
	useless // it counts as one that is ignored
	kept    // until it is written
	overrun // there is no room for it
)

// fileMessage handles a message about a file that is on its way by [Room.SendFile] or
// [Room.AcceptFile]. It returns false for other messages. It does not block.
func (l *link) fileMessage(envelope *chatv1.Envelope, arrived arrival) bool {
	switch l.fileVerdict(envelope, arrived) {
	case unknown:
		return false
	case useful:
		l.giveCredit(arrived.from)
	case useless:
		if l.allows() {
			l.giveCredit(arrived.from)
		}
	case overrun:
		l.unread()
	case kept:
	}
	return true
}

func (l *link) fileVerdict(envelope *chatv1.Envelope, arrived arrival) verdict {
	var offerID string
	var answers, cancels bool // of the receiver; of either
	switch content := envelope.GetContent().(type) {
	case *chatv1.Envelope_FileAnswer:
		offerID, answers = content.FileAnswer.GetOfferId(), true
	case *chatv1.Envelope_FileAck:
		offerID, answers = content.FileAck.GetOfferId(), true
	case *chatv1.Envelope_FileCancel:
		offerID, answers, cancels = content.FileCancel.GetOfferId(), true, true
	case *chatv1.Envelope_FileChunk:
		offerID = content.FileChunk.GetOfferId()
	case *chatv1.Envelope_FileEnd:
		offerID = content.FileEnd.GetOfferId()
	default:
		return unknown
	}
	transfer, over := l.files.find(offerID, answers)
	if transfer == nil && cancels {
		transfer, over = l.files.find(offerID, false)
	}
	switch {
	case transfer == nil:
		return unknown
	case over:
		return l.fileLate(transfer, envelope, arrived)
	}
	return transfer.message(envelope, arrived)
}

// message handles a message about a transfer that is not over.
func (t *FileTransfer) message(envelope *chatv1.Envelope, arrived arrival) verdict {
	switch content := envelope.GetContent().(type) {
	case *chatv1.Envelope_FileAnswer:
		return worth(t.outgoing.answer(content.FileAnswer.GetAccepted()))
	case *chatv1.Envelope_FileAck:
		return worth(t.outgoing.ack(content.FileAck.GetOffset()))
	case *chatv1.Envelope_FileChunk:
		return t.incoming.chunk(content.FileChunk.GetOffset(), content.FileChunk.GetData(), arrived)
	case *chatv1.Envelope_FileEnd:
		return t.incoming.end(content.FileEnd.GetSha256())
	case *chatv1.Envelope_FileCancel:
		t.stop(&FileError{Reason: decodeFileCancel(content.FileCancel).Reason, ByPeer: true})
	}
	return useful
}

func worth(of bool) verdict {
	if of {
		return useful
	}
	return useless
}

// fileLate handles what comes of a file that is over. Who accepts what this side has
// canceled hears so again, because the peer may have accepted after it was told. The sender
// of a file that is stored has lost the message that says so.
func (l *link) fileLate(transfer *FileTransfer, envelope *chatv1.Envelope, arrived arrival) verdict {
	l.files.mu.Lock()
	defer l.files.mu.Unlock()
	after, now := &transfer.after, time.Now()
	if transfer.outgoing != nil {
		if envelope.GetFileAnswer().GetAccepted() && !after.complete {
			l.sayOfFile(FileCancel{OfferID: transfer.offerID, Reason: FileStopped})
		}
		return useless
	}
	after.late += arrived.size
	if after.complete && now.Sub(after.told) >= againPause {
		after.told = now
		l.sayOfFile(FileAck{OfferID: transfer.offerID, Offset: transfer.size})
	}
	return worth(after.late <= lateBytes)
}

// sayOfFile sends a message about a file as soon as there is room.
func (l *link) sayOfFile(content Content) { go func() { _ = l.tell(l.ctx, content) }() }
