package p2p

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// FileSource is a file to send.
type FileSource struct {
	// Name is what the peer may call it: the peer sees what [SafeFileName] returns.
	Name string
	// MediaType is its type, such as "image/png". More than 127 bytes count as none.
	MediaType string
	// Size is its length in bytes.
	Size int64
	// Content is read from the beginning to the end, and parts again after a repair of
	// the connection, by one goroutine at a time. Less than Size bytes end the transfer.
	Content io.ReaderAt
}

// FileSink is where a file goes that comes from a peer. One goroutine at a time calls it.
// While it is busy the sender waits: at most 2 MiB is kept in memory for it.
type FileSink interface {
	// Write stores the next bytes of the file. They may be overwritten afterwards.
	io.Writer
	// Complete is called after the last byte, when the file's hash is right, and before
	// the sender is told so. Its error fails the transfer.
	Complete() error
	// Discard is called instead if the transfer fails, also after Complete has.
	Discard()
}

// FileTransfer is a file on its way to a peer or from one. It survives repairs of the
// connection: after each one it goes on where the receiver is. Safe for concurrent use.
type FileTransfer struct {
	link     *link
	offerID  string
	size     uint64
	outgoing *outgoingFile // nil: it comes from the peer
	incoming *incomingFile // nil: it goes to the peer

	ctx      context.Context // its cause is why the transfer fails
	stop     context.CancelCauseFunc
	changed  chan struct{} // signaled when a message of the peer has come
	accepted chan struct{} // closed when the receiver has accepted
	done     chan struct{}
	moved    atomic.Uint64
	err      error // set before done is closed
	after    afterwards
}

// start lets a transfer begin, whose other fields are set.
func (t *FileTransfer) start(ctx context.Context) {
	t.changed, t.accepted, t.done = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	t.ctx, t.stop = context.WithCancelCause(ctx)
}

// OfferID is the id of the offer's message.
func (t *FileTransfer) OfferID() string { return t.offerID }

// Size is the length of the file in bytes.
func (t *FileTransfer) Size() uint64 { return t.size }

// Moved returns how many bytes the receiver has stored, as far as this side knows.
func (t *FileTransfer) Moved() uint64 { return t.moved.Load() }

// Accepted is closed when the receiver has accepted the file.
func (t *FileTransfer) Accepted() <-chan struct{} { return t.accepted }

// Done is closed when the transfer is over.
func (t *FileTransfer) Done() <-chan struct{} { return t.done }

// Wait waits until the transfer is over. It returns nil if the receiver has stored the
// whole file and its hash is right, and otherwise a *[FileError], or an *[EndedError] if
// the peer is gone.
func (t *FileTransfer) Wait() error {
	<-t.done
	return t.err
}

// Cancel ends the transfer and tells the peer why. It does not wait, and does nothing when
// the transfer is over.
func (t *FileTransfer) Cancel(reason FileCancelReason) { t.stop(&FileError{Reason: reason}) }

// FileError says why a file did not arrive.
type FileError struct {
	// Reason is the cause in one word. Callers skip values they do not know.
	Reason FileCancelReason
	// ByPeer: the peer ended the transfer, not this side.
	ByPeer bool
	// Err is the underlying error, or nil.
	Err error
}

// Error returns the reason and, if there is one, the underlying error.
func (e *FileError) Error() string {
	text := "file is not transferred: " + string(e.Reason)
	if e.ByPeer {
		text += ", says the peer"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *FileError) Unwrap() error { return e.Err }

var (
	// ErrNoOffer is returned for a message that offers no file, or whose offer was answered
	// before.
	ErrNoOffer = errors.New("message offers no file that can be accepted")
	// ErrTooManyFiles is returned when 8 files of a peer are on their way already.
	ErrTooManyFiles = errors.New("too many files of this peer are on their way")
	// ErrNoSource is returned for a FileSource with a negative size or without content.
	ErrNoSource = errors.New("file to send has no content")
)

// ended returns why the transfer must end now, or nil.
func (t *FileTransfer) ended() error {
	if t.ctx.Err() != nil {
		cause := context.Cause(t.ctx)
		var failure *FileError
		if errors.As(cause, &failure) {
			return failure
		}
		return &FileError{Reason: FileStopped, Err: cause}
	}
	if !t.link.currentState().up() {
		return t.link.ended()
	}
	return nil
}

// wait waits until something happens: a message, the end of ctx or of the link, a new
// connection, or the time given; negative: however long it takes.
func (t *FileTransfer) wait(connection *connection, limit time.Duration) {
	var due <-chan time.Time
	if limit >= 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		due = timer.C
	}
	var freed <-chan struct{}
	if connection != nil {
		freed = connection.freed
	}
	select {
	case <-t.changed:
	case <-due:
	case <-freed:
	case <-t.ctx.Done():
	case <-t.link.ctx.Done():
	}
}

// conclude ends the transfer with its error, or nil, and tells the peer of an error that it
// does not know.
func (t *FileTransfer) conclude(err error) {
	t.link.files.end(t, err == nil)
	t.err = err
	close(t.done)
	t.stop(err)
	var failure *FileError
	if errors.As(err, &failure) && !failure.ByPeer {
		ctx, cancel := context.WithTimeout(t.link.ctx, t.link.room.settings.clock.goodbye)
		defer cancel()
		_ = t.link.tell(ctx, FileCancel{OfferID: t.offerID, Reason: failure.Reason}) // or the peer hears it when it goes on
	}
}

// tell sends the peer a message about a file. It waits while the peer has no room.
func (l *link) tell(ctx context.Context, content Content) error {
	data, _, err := encode(content)
	if err != nil {
		return err
	}
	return l.send(ctx, false, data)
}
