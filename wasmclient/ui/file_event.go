package ui

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"

// Events of files. Message is the id of the message that shows the file.
type (
	// FileChosen has a file that the person wants to send. Picture: it was encoded anew,
	// so that it has no data but the picture.
	FileChosen struct {
		Source  p2p.FileSource
		Picture bool
	}
	// FileLimit says how large a file may be that this browser saves.
	FileLimit struct{ Bytes uint64 }
	// AcceptFile accepts an offer. The file goes into Sink.
	AcceptFile struct {
		Message int
		Sink    p2p.FileSink
	}
	// DeclineFile declines an offer.
	DeclineFile struct{ Message int }
	// CancelFile ends a transfer, or withdraws an offer.
	CancelFile struct{ Message int }

	// FileOffer has a message of the partner that offers a file.
	FileOffer struct {
		Search  int
		Message p2p.Message
	}
	// FileWithdrawn says that the partner has withdrawn an offer.
	FileWithdrawn struct {
		Search  int
		OfferID string
	}
	// FileNews says how far a transfer is: FileMoving, FileDone or FileFailed. With
	// FileFailed, Failure says why; empty: the chat ended.
	FileNews struct {
		Search, Message int
		Stage           FileStage
		Moved, Rate     uint64 // bytes that the receiver has stored, and those of a second recently
		Failure         p2p.FileCancelReason
		ByPeer          bool
	}
)

// Effects of files.
type (
	// SendFile offers a file to the partner.
	SendFile struct {
		Search, Message int
		Source          p2p.FileSource
	}
	// TakeFile accepts the file that a message of the partner offers.
	TakeFile struct {
		Search, Message int
		Offer           p2p.Message
		Sink            p2p.FileSink
	}
	// RefuseFile declines it.
	RefuseFile struct {
		Search int
		Offer  p2p.Message
	}
	// StopFile ends a transfer.
	StopFile struct{ Search, Message int }
	// DiscardSink frees a sink that is not used.
	DiscardSink struct{ Sink p2p.FileSink }
)

func (FileChosen) event()    {}
func (FileLimit) event()     {}
func (AcceptFile) event()    {}
func (DeclineFile) event()   {}
func (CancelFile) event()    {}
func (FileOffer) event()     {}
func (FileWithdrawn) event() {}
func (FileNews) event()      {}

func (SendFile) effect()    {}
func (TakeFile) effect()    {}
func (RefuseFile) effect()  {}
func (StopFile) effect()    {}
func (DiscardSink) effect() {}
