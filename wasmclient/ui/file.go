package ui

import (
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// MaxOffers is how many files of one member wait for an answer; more are declined at once.
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
func updateFile(state *State, event Event) []Effect {
	switch event := event.(type) {
	case FileChosen:
		return offerFile(state, event)
	case FileLimit:
		limitFiles(state, event.Bytes)
	case AcceptFile:
		return acceptFile(state, event)
	case DeclineFile:
		return declineFile(state, event.Message)
	case CancelFile:
		if m := state.message(event.Message); m.File.Stage == FileMoving || m.Mine && m.File.Stage == FileOffered {
			return []Effect{StopFile{state.Search, event.Message}}
		}
	case FileOffer:
		return fileOffered(state, event)
	case FileWithdrawn:
		if event.Search == state.Search {
			fileWithdrawn(state, event)
		}
	case FileNews:
		if event.Search == state.Search {
			fileNews(state, event)
		}
	}
	return nil
}

// offerFile offers a file that the person has chosen to all who are here.
func offerFile(state *State, chosen FileChosen) []Effect {
	if state.Phase != PhaseConnected {
		return nil
	}
	source := chosen.Source
	file := File{Name: p2p.SafeFileName(source.Name), Size: uint64(max(source.Size, 0)), Picture: chosen.Picture}
	var slots []int
	for _, member := range state.here() {
		slots = append(slots, member.Slot)
		file.Receivers = append(file.Receivers, Receiver{Slot: member.Slot, Transfer: Transfer{Stage: FileOffered}})
	}
	file.sum()
	appendMessage(state, Message{Mine: true, File: file})
	return []Effect{SendFile{state.Search, state.lastMessage, slots, source}}
}

// fileOffered shows an offer of a member, unless too many wait.
func fileOffered(state *State, event FileOffer) []Effect {
	content, _ := event.Message.Content.(p2p.FileOffer)
	shown := Message{From: event.Slot, File: File{
		Transfer: Transfer{Stage: FileOffered}, Name: p2p.SafeFileName(content.Name), Size: content.Size, Picture: isPicture(content),
		TooLarge: state.fileLimit > 0 && content.Size > state.fileLimit, offer: event.Message,
	}}
	waiting := 0
	for _, m := range state.Messages {
		if !m.Mine && m.From == event.Slot && m.File.Stage == FileOffered {
			waiting++
		}
	}
	switch {
	case state.talksTo(event.Search, event.Slot) && (waiting >= MaxOffers || !state.hears(event.Search, event.Slot)):
		return []Effect{refuse(state, shown)}
	case state.talksTo(event.Search, event.Slot):
		return receive(state, shown)
	default:
		return nil
	}
}

// refuse declines the file that a message offers.
func refuse(state *State, message Message) Effect {
	return RefuseFile{state.Search, message.File.offer}
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

// acceptFile accepts an offer, into a sink that is not used otherwise.
func acceptFile(state *State, accept AcceptFile) []Effect {
	m := state.message(accept.Message)
	if m.Mine || m.File.Stage != FileOffered || m.File.TooLarge {
		return []Effect{DiscardSink{accept.Sink}}
	}
	file := state.changeFile(m.ID)
	file.Stage = FileMoving
	return []Effect{TakeFile{state.Search, m.ID, m.From, m.File.offer, accept.Sink}}
}

func declineFile(state *State, id int) []Effect {
	m := state.message(id)
	if m.Mine || m.File.Stage != FileOffered {
		return nil
	}
	file := state.changeFile(id)
	file.Transfer = Transfer{Stage: FileFailed, Failure: p2p.FileDeclined}
	return []Effect{refuse(state, m)}
}

func fileWithdrawn(state *State, event FileWithdrawn) {
	for _, m := range state.Messages {
		if m.File.Stage == FileOffered && !m.Mine && m.From == event.Slot && m.File.offer.ID == event.OfferID {
			file := state.changeFile(m.ID)
			file.Transfer = Transfer{Stage: FileFailed, Failure: p2p.FileStopped, ByPeer: true}
		}
	}
}

// fileNews notes how far a transfer is. That a file has arrived may be told after the chat
// has ended.
func fileNews(state *State, news FileNews) {
	file := state.changeFile(news.Message)
	transfer := file.with(news.Slot)
	if !transfer.Stage.Open() && (transfer.Stage != FileFailed || transfer.Failure != "") {
		return
	}
	*transfer = news.Transfer
	file.sum()
}

// limitFiles notes how large a file may be that this browser saves.
func limitFiles(state *State, limit uint64) {
	state.fileLimit = limit
	for _, m := range state.Messages {
		if m.File.Stage == FileOffered && !m.Mine {
			file := state.changeFile(m.ID)
			file.TooLarge = file.Size > limit
		}
	}
}

// filesEnd ends the files of those messages, because who sends them or takes them has left.
func filesEnd(state *State, of func(Message) bool) {
	for _, m := range state.Messages {
		if m.File.Stage.Open() && of(m) {
			file := state.changeFile(m.ID)
			file.end()
		}
	}
}

// message returns the message with that id, or the zero Message.
//
//go:noinline
func (s *State) message(id int) (message Message) {
	for _, m := range s.Messages {
		if m.ID == id {
			message = m
		}
	}
	return message
}

// changeFile returns the file of a message, to change it.
//
//go:noinline
func (s *State) changeFile(id int) *File {
	s.Messages = slices.Clone(s.Messages)
	for i := range s.Messages {
		if file := &s.Messages[i].File; s.Messages[i].ID == id {
			file.Receivers = slices.Clone(file.Receivers)
			return file
		}
	}
	return new(File)
}
