package ui

import (
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// MaxOffers is how many files of the partner wait for an answer; more are declined at once.
const MaxOffers = 8

// File is a file that one of the two offers: a message without a text. The zero value is no
// file.
type File struct {
	Stage    FileStage
	Name     string // safe to show and to save under
	Size     uint64 // in bytes
	Picture  bool   // it is shown; one of the partner says only that it is one
	Moved    uint64 // bytes that the receiver has stored
	Rate     uint64 // bytes a second recently; zero: not known yet
	TooLarge bool   // for this browser
	Failure  p2p.FileCancelReason
	ByPeer   bool // the partner is the reason of the failure

	offer p2p.Message // of the partner
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

// updateFile handles the events of files.
func updateFile(state State, event Event) (State, []Effect) {
	switch event := event.(type) {
	case FileChosen:
		return offerFile(state, event)
	case FileOffer:
		if event.Search == state.Search && state.Phase == PhaseConnected {
			return fileOffered(state, event.Message)
		}
	case FileWithdrawn:
		if event.Search == state.Search {
			return markFile(state, func(m Message) bool {
				return m.File.Stage == FileOffered && !m.Mine && m.File.offer.ID == event.OfferID
			}, func(f *File) {
				f.Stage, f.Failure, f.ByPeer = FileFailed, p2p.FileStopped, true
			}), nil
		}
	case FileLimit:
		state.fileLimit = event.Bytes
		return markFile(state, func(m Message) bool { return m.File.Stage == FileOffered && !m.Mine }, func(f *File) {
			f.TooLarge = f.Size > event.Bytes
		}), nil
	case AcceptFile:
		return acceptFile(state, event)
	case DeclineFile:
		return declineFile(state, event.Message)
	case CancelFile:
		if m, found := state.message(event.Message); found && (m.File.Stage == FileMoving || m.Mine && m.File.Stage == FileOffered) {
			return state, []Effect{StopFile{state.Search, event.Message}}
		}
	case FileMoved:
		if event.Search == state.Search {
			return markFile(state, ofOpenFile(event.Message), func(f *File) {
				f.Stage, f.Moved, f.Rate = FileMoving, event.Moved, event.Rate
			}), nil
		}
	case FileEnded:
		if event.Search == state.Search {
			return fileEnded(state, event), nil
		}
	}
	return state, nil
}

func ofOpenFile(id int) func(Message) bool {
	return func(m Message) bool { return m.ID == id && m.File.Stage.Open() }
}

// offerFile offers a file that the person has chosen.
func offerFile(state State, chosen FileChosen) (State, []Effect) {
	if state.Phase != PhaseConnected {
		return state, nil
	}
	source := chosen.Source
	state = appendMessage(state, Message{Mine: true, File: File{
		Stage: FileOffered, Name: p2p.SafeFileName(source.Name), Size: uint64(max(source.Size, 0)), Picture: chosen.Picture,
	}})
	return state, []Effect{SendFile{state.Search, state.lastMessage, source}}
}

// fileOffered shows an offer of the partner, unless too many wait.
func fileOffered(state State, message p2p.Message) (State, []Effect) {
	content, _ := message.Content.(p2p.FileOffer)
	waiting := 0
	for _, m := range state.Messages {
		if !m.Mine && m.File.Stage == FileOffered {
			waiting++
		}
	}
	if waiting >= MaxOffers {
		return state, []Effect{RefuseFile{state.Search, message}}
	}
	state.typingUntil = time.Time{}
	return receive(state, Message{File: File{
		Stage: FileOffered, Name: p2p.SafeFileName(content.Name), Size: content.Size, Picture: isPicture(content),
		TooLarge: state.fileLimit > 0 && content.Size > state.fileLimit, offer: message,
	}})
}

// mostPicture is the largest picture that is shown, in bytes. Larger ones are saved.
const mostPicture = 32 << 20

// isPicture reports whether an offer says that it is a picture of a kind that is shown.
func isPicture(offer p2p.FileOffer) bool {
	switch offer.MediaType {
	case "image/png", "image/jpeg", "image/webp", "image/gif":
		return offer.Size <= mostPicture
	default:
		return false
	}
}

// acceptFile accepts an offer of the partner, into a sink that is not used otherwise.
func acceptFile(state State, accept AcceptFile) (State, []Effect) {
	m, found := state.message(accept.Message)
	if !found || m.Mine || m.File.Stage != FileOffered || m.File.TooLarge || state.Phase != PhaseConnected {
		return state, []Effect{DiscardSink{accept.Sink}}
	}
	state = markFile(state, ofOpenFile(m.ID), func(f *File) { f.Stage = FileMoving })
	return state, []Effect{TakeFile{state.Search, m.ID, m.File.offer, accept.Sink}}
}

func declineFile(state State, id int) (State, []Effect) {
	m, found := state.message(id)
	if !found || m.Mine || m.File.Stage != FileOffered {
		return state, nil
	}
	state = markFile(state, ofOpenFile(id), func(f *File) { f.Stage, f.Failure = FileFailed, p2p.FileDeclined })
	return state, []Effect{RefuseFile{state.Search, m.File.offer}}
}

func fileEnded(state State, event FileEnded) State {
	// What has arrived before the chat ended may be told after that.
	ends := func(m Message) bool {
		return m.ID == event.Message && (m.File.Stage.Open() || m.File.Stage == FileFailed && m.File.Failure == "")
	}
	return markFile(state, ends, func(f *File) {
		if event.Done {
			f.Stage, f.Moved = FileDone, f.Size
			return
		}
		f.Stage, f.Failure, f.ByPeer = FileFailed, event.Failure, event.ByPeer
	})
}

// message returns the message with that id.
func (s State) message(id int) (Message, bool) {
	at := slices.IndexFunc(s.Messages, func(m Message) bool { return m.ID == id })
	if at < 0 {
		return Message{}, false
	}
	return s.Messages[at], true
}

// markFile changes the files of those messages that the function selects.
func markFile(state State, selects func(Message) bool, change func(*File)) State {
	state.Messages = slices.Clone(state.Messages)
	for i, message := range state.Messages {
		if message.File.Stage != FileNone && selects(message) {
			change(&state.Messages[i].File)
		}
	}
	return state
}

// filesEnd ends the files of a chat that is over.
func filesEnd(state State) State {
	return markFile(state, func(m Message) bool { return m.File.Stage.Open() }, func(f *File) { f.Stage, f.Failure = FileFailed, "" })
}
