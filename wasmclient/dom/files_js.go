package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// fileLines shows files as messages, with files.js, which boot.js loads in the first chat.
type fileLines struct {
	post    func(ui.Event)
	loading bool
	script  js.Value // window.files; undefined: not loaded
}

// fileLine is a line of a file.
type fileLine struct {
	box   js.Value
	drawn drawnFile
}

// drawnFile is what can change of a line of a file.
type drawnFile struct {
	stage       ui.FileStage
	moved, rate uint64
	tooLarge    bool
}

// show shows the button for who can send files.
func (f *fileLines) show(chatting bool) {
	element("attach").Set("hidden", !chatting || f.script.IsUndefined())
	if chatting && !f.loading {
		f.loading = true
		js.Global().Call("loadFiles", js.FuncOf(f.happened)) // for as long as the page is there
	}
}

// happened is called with what has happened, and with what belongs to it: "loaded" with how
// large a file may be that can be saved, "chosen" with a file to send, and the name of a
// control with the message's id and, of "accept", a sink.
func (f *fileLines) happened(_ js.Value, arguments []js.Value) any {
	switch what := arguments[0].String(); what {
	case "loaded":
		f.script = js.Global().Get("files")
		f.post(ui.FileLimit{Bytes: uint64(arguments[1].Float())})
	case "chosen":
		picture := arguments[5].Bool()
		f.post(ui.FileChosen{Picture: picture, Source: p2p.FileSource{
			Content: &blobReader{blob: arguments[1], picture: picture},
			Name:    arguments[2].String(), MediaType: arguments[3].String(), Size: int64(arguments[4].Float()),
		}})
	case "accept":
		f.post(ui.AcceptFile{Message: arguments[1].Int(), Sink: fileSink{arguments[2]}})
	case "decline":
		f.post(ui.DeclineFile{Message: arguments[1].Int()})
	case "cancel":
		f.post(ui.CancelFile{Message: arguments[1].Int()})
	}
	return nil
}

// perform tells files.js what belongs to a message, to show or to save it.
func (f *fileLines) perform(effect ui.Effect) {
	switch effect := effect.(type) {
	case ui.SendFile:
		if reader, is := effect.Source.Content.(*blobReader); is && reader.picture {
			f.script.Call("preview", effect.Message, reader.blob)
		}
	case ui.TakeFile:
		if sink, is := effect.Sink.(fileSink); is {
			f.script.Call("comes", effect.Message, sink.sink)
		}
	}
}

// draw draws the line of a file, unless it is drawn already or is none.
func (f *fileLines) draw(line *fileLine, message ui.Message) {
	file := message.File
	drawn := drawnFile{file.Stage, file.Moved, file.Rate, file.TooLarge}
	if line.drawn == drawn || f.script.IsUndefined() {
		return
	}
	line.drawn = drawn
	f.script.Call("draw", line.box, message.ID, file.Name, file.Size, message.Mine, file.Picture, string(file.Stage),
		file.Moved, file.Rate, file.TooLarge, string(file.Failure), file.ByPeer)
}

// forget frees what is kept for a line.
func (f *fileLines) forget(line shownMessage) {
	if !line.file.box.IsUndefined() && !f.script.IsUndefined() {
		f.script.Call("forget", line.id)
	}
}

// blobReader reads a file of the browser.
type blobReader struct {
	blob    js.Value
	picture bool
}

// ReadAt implements io.ReaderAt. It waits for the browser.
func (r *blobReader) ReadAt(data []byte, offset int64) (n int, err error) {
	defer domjs.Catch(&err)
	buffer, err := await(r.blob.Call("slice", offset, offset+int64(len(data))), "arrayBuffer")
	if err != nil {
		return 0, err
	}
	return js.CopyBytesToGo(data, js.Global().Get("Uint8Array").New(buffer)), nil
}

// fileSink is a sink of files.js.
type fileSink struct{ sink js.Value }

// Write implements p2p.FileSink.
func (s fileSink) Write(data []byte) (int, error) {
	_, err := await(s.sink, "write", domjs.Uint8Array(data))
	return len(data), err
}

// Complete implements p2p.FileSink.
func (s fileSink) Complete() error {
	_, err := await(s.sink, "complete")
	return err
}

// Discard implements p2p.FileSink. The next page removes what is left.
func (s fileSink) Discard() { _, _ = await(s.sink, "discard") }

// await calls a method that returns a promise, and waits for it.
func await(object js.Value, method string, arguments ...any) (js.Value, error) {
	return domjs.Await(func() js.Value { return object.Call(method, arguments...) })
}
