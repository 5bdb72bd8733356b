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

// files are the transfers of a link. Safe for concurrent use; the zero value has none.
type files struct {
	mu       sync.Mutex // guards the following fields
	outgoing map[string]*outgoingFile
	incoming map[string]*incomingFile
	sent     recentFiles
	received recentFiles
}

// recentFiles are the last transfers of a direction that are over.
type recentFiles struct {
	ids []string // oldest first
	of  map[string]*endedFile
}

type endedFile struct {
	complete bool
	size     uint64
	late     int       // bytes that have come since
	told     time.Time // that it is complete, or canceled
}

func (r *recentFiles) add(id string, file *endedFile) {
	if r.of == nil {
		r.of = make(map[string]*endedFile)
	}
	if len(r.ids) == endedFiles {
		delete(r.of, r.ids[0])
		r.ids = r.ids[1:]
	}
	r.ids = append(r.ids, id)
	r.of[id] = file
}

func (f *files) addOutgoing(file *outgoingFile) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outgoing == nil {
		f.outgoing = make(map[string]*outgoingFile)
	}
	f.outgoing[file.offerID] = file
}

func (f *files) forgetOutgoing(file *outgoingFile) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.outgoing, file.offerID)
	f.sent.add(file.offerID, &endedFile{complete: file.complete()})
}

// addIncoming fails for an offer that was answered before, and for too many at once.
func (f *files) addIncoming(file *incomingFile) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.incoming == nil {
		f.incoming = make(map[string]*incomingFile)
	}
	switch {
	case f.incoming[file.offerID] != nil || f.received.of[file.offerID] != nil:
		return ErrNoOffer
	case len(f.incoming) == filesAtOnce:
		return ErrTooManyFiles
	}
	f.incoming[file.offerID] = file
	return nil
}

func (f *files) forgetIncoming(file *incomingFile) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.incoming, file.offerID)
	f.received.add(file.offerID, &endedFile{complete: file.completed, size: file.size, told: time.Now()})
}

func (f *files) find(id string) (outgoing *outgoingFile, incoming *incomingFile, sent, received *endedFile) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outgoing[id], f.incoming[id], f.sent.of[id], f.received.of[id]
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
	switch content := envelope.GetContent().(type) {
	case *chatv1.Envelope_FileAnswer:
		return l.fileAnswered(content.FileAnswer)
	case *chatv1.Envelope_FileAck:
		outgoing, _, sent, _ := l.files.find(content.FileAck.GetOfferId())
		switch {
		case outgoing != nil:
			return worth(outgoing.ack(content.FileAck.GetOffset()))
		case sent != nil:
			return useless
		}
	case *chatv1.Envelope_FileChunk:
		chunk := content.FileChunk
		_, incoming, _, received := l.files.find(chunk.GetOfferId())
		if incoming != nil {
			return incoming.chunk(chunk.GetOffset(), chunk.GetData(), arrived)
		}
		return l.fileLate(chunk.GetOfferId(), received, arrived)
	case *chatv1.Envelope_FileEnd:
		end := content.FileEnd
		_, incoming, _, received := l.files.find(end.GetOfferId())
		if incoming != nil {
			return incoming.end(end.GetSha256())
		}
		return l.fileLate(end.GetOfferId(), received, arrived)
	case *chatv1.Envelope_FileCancel:
		return l.fileCanceled(decodeFileCancel(content.FileCancel))
	}
	return unknown
}

func worth(of bool) verdict {
	if of {
		return useful
	}
	return useless
}

// fileAnswered handles the answer to an offer. Who accepts what this side has canceled
// hears so again: the peer may have accepted after it was told.
func (l *link) fileAnswered(answer *chatv1.FileAnswer) verdict {
	outgoing, _, sent, _ := l.files.find(answer.GetOfferId())
	switch {
	case outgoing != nil:
		return worth(outgoing.answer(answer.GetAccepted()))
	case sent == nil:
		return unknown
	case answer.GetAccepted() && !sent.complete:
		l.sayOfFile(FileCancel{OfferID: answer.GetOfferId(), Reason: FileStopped})
	}
	return useless
}

func (l *link) fileCanceled(cancel FileCancel) verdict {
	outgoing, incoming, sent, received := l.files.find(cancel.OfferID)
	failure := &FileError{Reason: cancel.Reason, ByPeer: true}
	switch {
	case outgoing != nil:
		outgoing.stop(failure)
	case incoming != nil:
		incoming.stop(failure)
	case sent != nil || received != nil:
		return useless
	default:
		return unknown
	}
	return useful
}

// fileLate handles what comes of a file that is over. The sender of one that is stored has
// lost the message that says so.
func (l *link) fileLate(offerID string, received *endedFile, arrived arrival) verdict {
	if received == nil {
		return unknown
	}
	l.files.mu.Lock()
	received.late += arrived.size
	late, now := received.late, time.Now()
	again := received.complete && now.Sub(received.told) >= againPause
	if again {
		received.told = now
	}
	l.files.mu.Unlock()
	if again {
		l.sayOfFile(FileAck{OfferID: offerID, Offset: received.size})
	}
	return worth(late <= lateBytes)
}

// sayOfFile sends a message about a file as soon as there is room.
func (l *link) sayOfFile(content Content) {
	if data, _, err := encode(content); err == nil {
		go func() { _ = l.send(l.ctx, false, data) }()
	}
}
