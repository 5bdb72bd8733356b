package dom

import (
	"math"
	"strconv"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// drawnMessage is what can change of a message that is drawn.
type drawnMessage struct {
	id          int
	delivery    ui.Delivery
	stage       ui.FileStage
	moved, rate uint64
	tooLarge    bool
	taken       int
}

// writeMessages writes the id of the first message that stays, and the messages that are new or
// have changed.
func (p *Page) writeMessages(d *litejson.Document, view ui.View) {
	messages := view.Messages
	if len(messages) == 0 {
		p.drawn = nil
		return
	}
	d.Number("first", int64(messages[0].ID))
	for len(p.drawn) > 0 && p.drawn[0].id < messages[0].ID {
		p.drawn = p.drawn[1:]
	}
	d.Name("messages")
	d.Value("[")
	for i, m := range messages {
		now := drawnMessage{m.ID, m.Delivery, m.File.Stage, m.File.Moved, m.File.Rate, m.File.TooLarge, m.File.Taken()}
		if i == len(p.drawn) {
			p.drawn = append(p.drawn, now)
		} else if p.drawn[i] == now {
			continue
		}
		p.drawn[i] = now
		writeMessage(d, view, m, p.language)
	}
	d.Next("]")
}

func writeMessage(d *litejson.Document, view ui.View, m ui.Message, language ui.Language) {
	d.Next("{")
	d.Number("id", int64(m.ID))
	d.Truth("mine", m.Mine)
	d.Truth("first", m.First)
	d.Text("author", view.Author(m))
	if view.People != nil && !m.Mine {
		d.Text("slot", strconv.Itoa(m.From))
	}
	if m.First && !m.At.IsZero() {
		d.Number("at", m.At.UnixMilli())
	}
	d.Truth("large", m.Large())
	if m.Delivery != ui.DeliveryBegun {
		d.Text("delivery", string(m.Delivery))
		d.Text("deliveryText", m.Delivery.Text().In(language))
		d.Truth("noted", m.Delivery.Noted())
	}
	switch {
	case m.File.Stage != ui.FileNone:
		writeFile(d, view, m)
	case m.Left != "":
		d.Text("left", view.LeftNote(m))
	default:
		writeText(d, m.Text)
	}
	d.Next("}")
}

// writeText writes the parts of a text, some of which are links.
func writeText(d *litejson.Document, text string) {
	d.Name("parts")
	d.Value("[")
	for _, segment := range ui.Segments(text) {
		d.Next("{")
		d.Text("text", segment.Text)
		d.Truth("link", segment.Link)
		d.Next("}")
	}
	d.Next("]")
}

// writeFile writes the file of a message, for web/files.js.
func writeFile(d *litejson.Document, view ui.View, m ui.Message) {
	d.Name("file")
	d.Value("{")
	d.Number("id", int64(m.ID))
	d.Truth("mine", m.Mine)
	d.Text("name", m.File.Name)
	d.Number("size", atMost(m.File.Size))
	d.Truth("picture", m.File.Picture)
	d.Text("stage", string(m.File.Stage))
	d.Number("moved", atMost(m.File.Moved))
	d.Number("rate", atMost(m.File.Rate))
	d.Truth("tooLarge", m.File.TooLarge)
	d.Text("failure", string(m.File.Failure))
	d.Truth("byPeer", m.File.ByPeer)
	if view.People != nil {
		d.Text("from", view.Author(m))
		d.Number("receivers", int64(len(m.File.Receivers)))
		d.Number("taken", int64(m.File.Taken()))
	}
	d.Next("}")
}

func atMost(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
