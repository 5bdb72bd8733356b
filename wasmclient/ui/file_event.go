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

	// FileOffer has a message of a member that offers a file.
	FileOffer struct {
		Search, Slot int
		Message      p2p.Message
	}
	// FileWithdrawn says that a member has withdrawn an offer.
	FileWithdrawn struct {
		Search, Slot int
		OfferID      string
	}
	// FileNews says how far the transfer with a member is: FileMoving, FileDone or
	// FileFailed. With FileFailed, Failure says why; empty: the member has left.
	FileNews struct {
		Search, Message, Slot int
		Transfer
	}
)

// Effects of files.
type (
	// SendFile offers a file to the members of those slots.
	SendFile struct {
		Search, Message int
		Slots           []int
		Source          p2p.FileSource
	}
	// TakeFile accepts the file that a message of the member of that slot offers.
	TakeFile struct {
		Search, Message, Slot int
		Offer                 p2p.Message
		Sink                  p2p.FileSink
	}
	// RefuseFile declines it.
	RefuseFile struct {
		Search int
		Offer  p2p.Message
	}
	// StopFile ends all transfers of a message.
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
