package ui

import (
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// FileView is what the page shows of a file, in one language.
type FileView struct {
	Stage    FileStage
	ID       int // of the message
	Name     string
	Size     uint64
	Detail   string // its kind and size, or how far it is; changes often
	Note     string // what a person should know; empty: nothing
	Progress int    // percent; negative: none is shown
	Label    string // of the progress, for who does not see it
	// Which controls are shown.
	Accept, Decline, Cancel, Save bool

	Picture bool // it says that it is one that can be shown
}

// PresentFile returns the view of a message that is a file. It is a pure function.
func PresentFile(message Message, language Language) FileView {
	file := message.File
	view := FileView{
		Stage: file.Stage, ID: message.ID, Name: file.Name, Size: file.Size, Picture: file.Picture, Detail: sizeText(file.Size), Note: fileNote(message).In(language), Progress: -1,
		Label: strings.ReplaceAll(TextFileProgress.In(language), "{name}", file.Name),
	}
	switch file.Stage {
	case FileOffered:
		view.Accept, view.Decline, view.Cancel = !message.Mine && !file.TooLarge, !message.Mine, message.Mine
	case FileMoving:
		view.Cancel, view.Progress = true, 0
		if file.Size > 0 {
			view.Progress = int(100 * float64(file.Moved) / float64(file.Size))
		}
		view.Detail = progressText(file, language)
	case FileDone:
		view.Save = !message.Mine
	}
	return view
}

// fileNote returns what a person should know of a file.
func fileNote(message Message) Text {
	file := message.File
	switch {
	case file.Stage == FileFailed:
		return failureText(message)
	case file.Stage == FileMoving && message.Mine:
		return TextFileSending
	case file.Stage == FileMoving:
		return TextFileReceiving
	case file.Stage == FileDone && message.Mine:
		return TextFileArrived
	case file.Stage == FileDone:
		return TextFileReceived
	case message.Mine && file.Picture:
		return TextPictureWaits
	case message.Mine:
		return TextFileWaits
	case file.TooLarge:
		return TextFileTooLarge
	case file.Picture:
		return TextPictureOffered
	default:
		return TextFileOffered
	}
}

func failureText(message Message) Text {
	file := message.File
	switch {
	case file.Failure == "":
		return TextFileLost
	case file.Failure == p2p.FileDeclined && message.Mine:
		return TextFileDeclined
	case file.Failure == p2p.FileDeclined:
		return TextFileDeclinedByYou
	case file.Failure == p2p.FileNoSpace && file.ByPeer == message.Mine:
		return TextFileNoSpace
	case file.Failure == p2p.FileCorrupt:
		return TextFileCorrupt
	case file.ByPeer:
		return TextFileCanceledByPartner
	case file.Failure == p2p.FileStopped:
		return TextFileCanceled
	default:
		return TextFileBroken
	}
}

// progressText says how much has moved, how fast, and how long the rest takes.
func progressText(file File, language Language) string {
	text := sizeText(file.Moved) + " / " + sizeText(file.Size)
	if file.Rate == 0 {
		return text
	}
	between := TextBetween.In(language)
	text += between + sizeText(file.Rate) + "/s"
	return text + between + leftText(float64(file.Size-min(file.Moved, file.Size))/float64(file.Rate), language)
}

// longestLeft is the longest time that is told, in seconds.
const longestLeft = 999 * 3600

func leftText(seconds float64, language Language) string {
	switch seconds := int(min(seconds, longestLeft) + 0.5); {
	case seconds < 60:
		return withNumber(TextSecondsLeft.In(language), seconds)
	case seconds < 3600:
		return withNumber(TextMinutesLeft.In(language), (seconds+30)/60)
	default:
		return withNumber(TextHoursLeft.In(language), (seconds+1800)/3600)
	}
}

// sizeText returns a number of bytes in the units of SI.
func sizeText(bytes uint64) string {
	value, unit := float64(bytes), "B"
	for _, larger := range []string{"KB", "MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, larger
	}
	decimals := 1
	if unit == "B" || value >= 100 {
		decimals = 0
	}
	return strconv.FormatFloat(value, 'f', decimals, 64) + " " + unit
}
