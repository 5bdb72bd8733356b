package p2p

import (
	"errors"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

// largestEnvelope is the bound of chat.v1: 64 KB, which every browser takes.
const largestEnvelope = 64 << 10

// Message is one message of a peer.
type Message struct {
	// From is the sender's peer id.
	From string
	// ID names the message in a [Receipt] and among file transfers. The sender chose
	// it: it may be empty, or that of another message.
	ID string
	// Content is what was sent. Callers skip types that they do not know.
	Content Content
}

// Text returns the text of a chat line, or "". Show it as text, never as
// markup: a stranger wrote it.
func (m Message) Text() string {
	text, _ := m.Content.(Text)
	return text.Text
}

// Content is what a message carries: one of the types below.
type Content interface {
	fill(envelope *chatv1.Envelope)
}

type (
	// Text is a line of chat.
	Text struct{ Text string }
	// Data is a message of the application's own.
	Data struct {
		Type  string // its kind, up to 64 bytes
		Value []byte
	}
	// Typing says that the sender types.
	Typing struct{}
	// Receipt confirms messages of the receiver by their ids.
	Receipt struct{ MessageIDs []string }
	// Presence says whether the sender's page is hidden. [Room.SetHidden] sends it.
	Presence struct{ Hidden bool }
	// FileOffer offers a file. The id of its message names the file. [Room.SendFile] and
	// [Room.AcceptFile] do everything else that a file needs.
	FileOffer struct {
		Name, MediaType string
		Size            uint64 // in bytes
	}
	// FileAnswer accepts a file or declines it.
	FileAnswer struct {
		OfferID  string // the id of the FileOffer's message
		Accepted bool
	}
	// FileChunk is a part of a file, of at most 16 KB. Chunks do not delay other
	// messages.
	FileChunk struct {
		OfferID string // the id of the FileOffer's message
		Offset  uint64 // in bytes
		Data    []byte
	}
	// FileAck says that the sender has stored a file up to an offset; the whole size says
	// also that its hash is right.
	FileAck struct {
		OfferID string // the id of the FileOffer's message
		Offset  uint64 // in bytes
	}
	// FileEnd says that every part of a file was sent.
	FileEnd struct {
		OfferID string // the id of the FileOffer's message
		SHA256  []byte // see chat.v1
	}
	// FileCancel ends the transfer of a file before it is complete.
	FileCancel struct {
		OfferID string // the id of the FileOffer's message
		Reason  FileCancelReason
	}
)

// FileCancelReason is why a transfer ends before the file is complete.
type FileCancelReason string

// The reasons. Callers take values that they do not know for FileStopped.
const (
	// FileStopped: the person does not want it any more.
	FileStopped FileCancelReason = "stopped"
	// FileNoSpace: the receiver has no space for it.
	FileNoSpace FileCancelReason = "no_space"
	// FileCorrupt: the bytes that came are not those of the file that was offered.
	FileCorrupt FileCancelReason = "corrupt"
	// FileDeclined: the receiver did not accept it. A [FileAnswer] says so, never a
	// FileCancel.
	FileDeclined FileCancelReason = "declined"
)

var fileCancelReasons = map[FileCancelReason]chatv1.FileCancel_Reason{
	FileStopped: chatv1.FileCancel_REASON_STOPPED,
	FileNoSpace: chatv1.FileCancel_REASON_NO_SPACE,
	FileCorrupt: chatv1.FileCancel_REASON_CORRUPT,
}

func decodeFileCancel(content *chatv1.FileCancel) FileCancel {
	cancel := FileCancel{OfferID: content.GetOfferId(), Reason: FileStopped}
	for reason, encoded := range fileCancelReasons {
		if encoded == content.GetReason() {
			cancel.Reason = reason
		}
	}
	return cancel
}

func (c Text) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_Text{Text: &chatv1.Text{Text: c.Text}}
}

func (c Data) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_Data{Data: &chatv1.Data{Type: c.Type, Value: c.Value}}
}

func (Typing) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_Typing{Typing: &chatv1.Typing{}}
}

func (c Receipt) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_Receipt{Receipt: &chatv1.Receipt{MessageIds: c.MessageIDs}}
}

func (c Presence) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: c.Hidden}}
}

func (c FileOffer) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_FileOffer{FileOffer: &chatv1.FileOffer{Name: c.Name, MediaType: c.MediaType, Size: c.Size}}
}

func (c FileAnswer) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_FileAnswer{FileAnswer: &chatv1.FileAnswer{OfferId: c.OfferID, Accepted: c.Accepted}}
}

func (c FileChunk) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_FileChunk{FileChunk: &chatv1.FileChunk{OfferId: c.OfferID, Offset: c.Offset, Data: c.Data}}
}

func (c FileAck) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_FileAck{FileAck: &chatv1.FileAck{OfferId: c.OfferID, Offset: c.Offset}}
}

func (c FileEnd) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_FileEnd{FileEnd: &chatv1.FileEnd{OfferId: c.OfferID, Sha256: c.SHA256}}
}

func (c FileCancel) fill(e *chatv1.Envelope) {
	e.Content = &chatv1.Envelope_FileCancel{FileCancel: &chatv1.FileCancel{OfferId: c.OfferID, Reason: fileCancelReasons[c.Reason]}}
}

// contentOf returns what an envelope carries for the user, or nil.
func contentOf(envelope *chatv1.Envelope) Content {
	switch content := envelope.GetContent().(type) {
	case *chatv1.Envelope_Text:
		return Text{Text: content.Text.GetText()}
	case *chatv1.Envelope_Data:
		return Data{Type: content.Data.GetType(), Value: content.Data.GetValue()}
	case *chatv1.Envelope_Typing:
		return Typing{}
	case *chatv1.Envelope_Receipt:
		return Receipt{MessageIDs: content.Receipt.GetMessageIds()}
	case *chatv1.Envelope_Presence:
		return Presence{Hidden: content.Presence.GetHidden()}
	case *chatv1.Envelope_FileOffer:
		offer := content.FileOffer
		return FileOffer{Name: offer.GetName(), MediaType: offer.GetMediaType(), Size: offer.GetSize()}
	case *chatv1.Envelope_FileAnswer:
		return FileAnswer{OfferID: content.FileAnswer.GetOfferId(), Accepted: content.FileAnswer.GetAccepted()}
	case *chatv1.Envelope_FileChunk:
		chunk := content.FileChunk
		return FileChunk{OfferID: chunk.GetOfferId(), Offset: chunk.GetOffset(), Data: chunk.GetData()}
	case *chatv1.Envelope_FileAck:
		return FileAck{OfferID: content.FileAck.GetOfferId(), Offset: content.FileAck.GetOffset()}
	case *chatv1.Envelope_FileEnd:
		return FileEnd{OfferID: content.FileEnd.GetOfferId(), SHA256: content.FileEnd.GetSha256()}
	case *chatv1.Envelope_FileCancel:
		return decodeFileCancel(content.FileCancel)
	default:
		return nil
	}
}

var (
	// ErrTooLarge is returned for a message that takes more than 64 KB.
	ErrTooLarge = errors.New("message is larger than 64 KB")
	// ErrUnread is the error of a message that could not be sent before a context ended,
	// because the peer had no room: it does not read.
	ErrUnread = errors.New("the peer does not read what it was sent")
	// ErrNoContent is returned for nil instead of content.
	ErrNoContent = errors.New("message has no content")
)

// unreadError is ErrUnread with the cause of a context's end.
type unreadError struct{ cause error }

func (e *unreadError) Error() string        { return ErrUnread.Error() + ": " + e.cause.Error() }
func (e *unreadError) Unwrap() error        { return e.cause }
func (e *unreadError) Is(target error) bool { return target == ErrUnread }

// encode returns a message as it is sent, and its new id.
func encode(content Content) (data []byte, id string, err error) {
	if content == nil {
		return nil, "", ErrNoContent
	}
	envelope := &chatv1.Envelope{MessageId: platform.RandomID()}
	content.fill(envelope)
	data, err = lite.Marshal(envelope)
	if err == nil && len(data) > largestEnvelope {
		err = ErrTooLarge
	}
	return data, envelope.MessageId, err
}

// decode returns the envelope in a data channel message, or nil if the message is
// too large or malformed.
func decode(data []byte) *chatv1.Envelope {
	envelope := new(chatv1.Envelope)
	if len(data) > largestEnvelope || lite.Unmarshal(data, envelope) != nil {
		return nil
	}
	return envelope
}

// ByeReason is why this side ends a chat, as the peers are told.
type ByeReason string

// The reasons to end a chat.
const (
	// ByeStopped: this person ended the chat.
	ByeStopped ByeReason = "stopped"
	// ByeNext: this person looks for somebody else. The next Find of the same Client
	// prefers other people.
	ByeNext ByeReason = "next"
	// ByeClosed: this person closed the page, or left it.
	ByeClosed ByeReason = "closed"
)

func (r ByeReason) encode() chatv1.Bye_Reason {
	switch r {
	case ByeNext:
		return chatv1.Bye_REASON_NEXT
	case ByeClosed:
		return chatv1.Bye_REASON_CLOSED
	default:
		return chatv1.Bye_REASON_STOPPED
	}
}
