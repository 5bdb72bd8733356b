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
	case FileLimit:
		return limitFiles(state, event.Bytes), nil
	case AcceptFile:
		return acceptFile(state, event)
	case DeclineFile:
		return declineFile(state, event.Message)
	case CancelFile:
		if m := state.message(event.Message); m.File.Stage == FileMoving || m.Mine && m.File.Stage == FileOffered {
			return state, []Effect{StopFile{state.Search, event.Message}}
		}
	case FileOffer:
		if event.Search == state.Search && state.Phase == PhaseConnected {
			return fileOffered(state, event.Message)
		}
	case FileWithdrawn:
		if event.Search == state.Search {
			return fileWithdrawn(state, event.OfferID), nil
		}
	case FileNews:
		if event.Search == state.Search {
			return fileNews(state, event), nil
		}
	}
	return state, nil
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
	m := state.message(accept.Message)
	if m.Mine || m.File.Stage != FileOffered || m.File.TooLarge {
		return state, []Effect{DiscardSink{accept.Sink}}
	}
	state, file := state.changeFile(m.ID)
	file.Stage = FileMoving
	return state, []Effect{TakeFile{state.Search, m.ID, m.File.offer, accept.Sink}}
}

func declineFile(state State, id int) (State, []Effect) {
	m := state.message(id)
	if m.Mine || m.File.Stage != FileOffered {
		return state, nil
	}
	state, file := state.changeFile(id)
	file.Stage, file.Failure = FileFailed, p2p.FileDeclined
	return state, []Effect{RefuseFile{state.Search, m.File.offer}}
}

func fileWithdrawn(state State, offerID string) State {
	for _, m := range state.Messages {
		if m.File.Stage == FileOffered && !m.Mine && m.File.offer.ID == offerID {
			var file *File
			state, file = state.changeFile(m.ID)
			file.Stage, file.Failure, file.ByPeer = FileFailed, p2p.FileStopped, true
		}
	}
	return state
}

// fileNews notes how far a transfer is. That a file has arrived may be told after the chat
// has ended.
func fileNews(state State, news FileNews) State {
	was := state.message(news.Message).File
	if !was.Stage.Open() && (was.Stage != FileFailed || was.Failure != "") {
		return state
	}
	state, file := state.changeFile(news.Message)
	file.Stage, file.Moved, file.Rate, file.Failure, file.ByPeer = news.Stage, news.Moved, news.Rate, news.Failure, news.ByPeer
	return state
}

// limitFiles notes how large a file may be that this browser saves.
func limitFiles(state State, limit uint64) State {
	state.fileLimit = limit
	for _, m := range state.Messages {
		if m.File.Stage == FileOffered && !m.Mine {
			var file *File
			state, file = state.changeFile(m.ID)
			file.TooLarge = file.Size > limit
		}
	}
	return state
}

// filesEnd ends the files of a chat that is over.
func filesEnd(state State) State {
	for _, m := range state.Messages {
		if m.File.Stage.Open() {
			var file *File
			state, file = state.changeFile(m.ID)
			file.Stage, file.Failure = FileFailed, ""
		}
	}
	return state
}

// message returns the message with that id, or the zero Message.
func (s State) message(id int) (message Message) {
	for _, m := range s.Messages {
		if m.ID == id {
			message = m
		}
	}
	return message
}

// changeFile returns a state in which the file of a message can be changed.
func (s State) changeFile(id int) (State, *File) {
	s.Messages = slices.Clone(s.Messages)
	for i := range s.Messages {
		if s.Messages[i].ID == id {
			return s, &s.Messages[i].File
		}
	}
	return s, new(File)
}
