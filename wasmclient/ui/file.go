package ui

import (
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// MaxOffers is how many files of the others wait for an answer; more are declined at once.
const MaxOffers = 8

// File is a file that somebody offers: a message without a text. The zero value is no file.
type File struct {
	Transfer
	Name     string // safe to show and to save under
	Size     uint64 // in bytes
	Picture  bool   // it is shown; one of another person says only that it is one
	TooLarge bool   // for this browser

	// Receivers are those to whom this person offers it. Transfer sums theirs up.
	Receivers []Receiver

	offer p2p.Message // of another person
}

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
		return fileOffered(state, event)
	case FileWithdrawn:
		if event.Search == state.Search {
			return fileWithdrawn(state, event), nil
		}
	case FileNews:
		if event.Search == state.Search {
			return fileNews(state, event), nil
		}
	}
	return state, nil
}

// offerFile offers a file that the person has chosen to all who are here.
func offerFile(state State, chosen FileChosen) (State, []Effect) {
	if state.Phase != PhaseConnected {
		return state, nil
	}
	source := chosen.Source
	file := File{Name: p2p.SafeFileName(source.Name), Size: uint64(max(source.Size, 0)), Picture: chosen.Picture}
	var slots []int
	for _, member := range state.here() {
		slots = append(slots, member.Slot)
		file.Receivers = append(file.Receivers, Receiver{Slot: member.Slot, Transfer: Transfer{Stage: FileOffered}})
	}
	file.sum()
	state = appendMessage(state, Message{Mine: true, File: file})
	return state, []Effect{SendFile{state.Search, state.lastMessage, slots, source}}
}

// fileOffered shows an offer of a member, unless too many wait.
func fileOffered(state State, event FileOffer) (State, []Effect) {
	content, _ := event.Message.Content.(p2p.FileOffer)
	shown := Message{From: event.Slot, File: File{
		Transfer: Transfer{Stage: FileOffered}, Name: p2p.SafeFileName(content.Name), Size: content.Size, Picture: isPicture(content),
		TooLarge: state.fileLimit > 0 && content.Size > state.fileLimit, offer: event.Message,
	}}
	waiting := 0
	for _, m := range state.Messages {
		if !m.Mine && m.File.Stage == FileOffered {
			waiting++
		}
	}
	switch {
	case state.talksTo(event.Search, event.Slot) && (waiting >= MaxOffers || !state.hears(event.Search, event.Slot)):
		return state, []Effect{refuse(state, shown)}
	case state.talksTo(event.Search, event.Slot):
		return receive(state, shown)
	default:
		return state, nil
	}
}

// refuse declines the file that a message offers.
func refuse(state State, message Message) Effect { return RefuseFile{state.Search, message.File.offer} }

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

// acceptFile accepts an offer, into a sink that is not used otherwise.
func acceptFile(state State, accept AcceptFile) (State, []Effect) {
	m := state.message(accept.Message)
	if m.Mine || m.File.Stage != FileOffered || m.File.TooLarge {
		return state, []Effect{DiscardSink{accept.Sink}}
	}
	state, file := state.changeFile(m.ID)
	file.Stage = FileMoving
	return state, []Effect{TakeFile{state.Search, m.ID, m.From, m.File.offer, accept.Sink}}
}

func declineFile(state State, id int) (State, []Effect) {
	m := state.message(id)
	if m.Mine || m.File.Stage != FileOffered {
		return state, nil
	}
	state, file := state.changeFile(id)
	file.Transfer = Transfer{Stage: FileFailed, Failure: p2p.FileDeclined}
	return state, []Effect{refuse(state, m)}
}

func fileWithdrawn(state State, event FileWithdrawn) State {
	for _, m := range state.Messages {
		if m.File.Stage == FileOffered && !m.Mine && m.From == event.Slot && m.File.offer.ID == event.OfferID {
			var file *File
			state, file = state.changeFile(m.ID)
			file.Transfer = Transfer{Stage: FileFailed, Failure: p2p.FileStopped, ByPeer: true}
		}
	}
	return state
}

// fileNews notes how far a transfer is. That a file has arrived may be told after the chat
// has ended.
func fileNews(state State, news FileNews) State {
	state, file := state.changeFile(news.Message)
	transfer := file.with(news.Slot)
	if !transfer.Stage.Open() && (transfer.Stage != FileFailed || transfer.Failure != "") {
		return state
	}
	*transfer = news.Transfer
	file.sum()
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

// filesEnd ends the files of those messages, because who sends them or takes them has left.
func filesEnd(state State, of func(Message) bool) State {
	for _, m := range state.Messages {
		if m.File.Stage.Open() && of(m) {
			var file *File
			state, file = state.changeFile(m.ID)
			file.end()
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
		if file := &s.Messages[i].File; s.Messages[i].ID == id {
			file.Receivers = slices.Clone(file.Receivers)
			return s, file
		}
	}
	return s, new(File)
}
