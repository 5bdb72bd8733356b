package ui

import (
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Transfer is how far a file is.
type Transfer struct {
	Stage   FileStage
	Moved   uint64 // bytes that the receiver has stored
	Rate    uint64 // bytes a second recently; zero: not known yet
	Failure p2p.FileCancelReason
	ByPeer  bool // the other side is the reason of the failure
}

// Receiver is somebody to whom a file is offered.
type Receiver struct {
	Slot int
	Transfer
}

// FileStage is how far a file is: names the style sheet knows.
type FileStage string

// The stages. With FileFailed, Failure says why; empty: the chat ended.
const (
	FileNone    FileStage = ""
	FileOffered FileStage = "offered" // and not answered
	FileMoving  FileStage = "moving"
	FileDone    FileStage = "done"
	FileFailed  FileStage = "failed"
)

// Open reports whether something may still happen to the file.
func (s FileStage) Open() bool { return s == FileOffered || s == FileMoving }

// with returns the transfer with the member of that slot.
func (f *File) with(slot int) *Transfer {
	if f.Receivers == nil {
		return &f.Transfer
	}
	for i := range f.Receivers {
		if f.Receivers[i].Slot == slot {
			return &f.Receivers[i].Transfer
		}
	}
	return new(Transfer)
}

// Taken returns how many of the receivers have the whole file.
func (f *File) Taken() (count int) {
	for _, receiver := range f.Receivers {
		if receiver.Stage == FileDone {
			count++
		}
	}
	return count
}

// sum sums up the transfers to the receivers: as long as one of them is open, the file is, and
// Moved and Rate are the averages of those who take it.
func (f *File) sum() {
	if len(f.Receivers) == 0 {
		return
	}
	order := func(stage FileStage) int {
		return slices.Index([]FileStage{FileFailed, FileDone, FileOffered, FileMoving}, stage)
	}
	var all Transfer
	var moved, rate, taking uint64
	for _, receiver := range f.Receivers {
		if order(receiver.Stage) > order(all.Stage) {
			all = receiver.Transfer
		}
		if receiver.Stage == FileMoving || receiver.Stage == FileDone {
			moved, rate, taking = moved+receiver.Moved, rate+receiver.Rate, taking+1
		}
	}
	if taking > 0 {
		all.Moved, all.Rate = moved/taking, rate/taking
	}
	f.Transfer = all
}

// end ends the transfers that are open.
func (f *File) end() {
	if f.Receivers == nil {
		f.Stage, f.Failure = FileFailed, ""
	}
	for i := range f.Receivers {
		if transfer := &f.Receivers[i].Transfer; transfer.Stage.Open() {
			transfer.Stage, transfer.Failure = FileFailed, ""
		}
	}
	f.sum()
}
