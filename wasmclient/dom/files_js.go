package dom

import (
	"errors"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// fileLines shows files as messages, with files.js, which it loads in the first chat.
type fileLines struct {
	post    func(ui.Event)
	loading bool
	script  js.Value         // window.files; undefined: not loaded
	results map[int]js.Value // what can be saved or shown, by message
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
	result      bool // there is one
}

// show shows the button for who can send files.
func (f *fileLines) show(chatting bool) {
	element("attach").Set("hidden", !chatting || f.script.IsUndefined())
	if chatting && !f.loading {
		f.loading = true
		go func() {
			if err := f.load(); err != nil {
				Complain(err)
			}
		}()
	}
}

var errNotLoaded = errors.New("files.js cannot be loaded")

func (f *fileLines) load() (err error) {
	defer domjs.Catch(&err)
	script, loaded := newElement("script", ""), make(chan error, 1)
	var listeners domjs.Listeners
	defer listeners.Release()
	listeners.On(script, "load", func(js.Value) { loaded <- nil })
	listeners.On(script, "error", func(js.Value) { loaded <- errNotLoaded })
	script.Set("src", element("attach").Get("dataset").Get("script"))
	js.Global().Get("document").Get("head").Call("append", script)
	if err := <-loaded; err != nil {
		return err
	}
	files := js.Global().Get("files")
	limit, err := domjs.Await(func() js.Value { return files.Call("limit") })
	if err != nil {
		return err
	}
	files.Call("listen", js.FuncOf(f.chosen), js.FuncOf(f.pressed)) // for as long as the page is there
	f.script = files
	f.post(ui.FileLimit{Bytes: uint64(limit.Float())})
	return nil
}

// chosen is called with a file that the person wants to send.
func (f *fileLines) chosen(_ js.Value, arguments []js.Value) any {
	file := arguments[0]
	blob := file.Get("blob")
	f.post(ui.FileChosen{
		Source: p2p.FileSource{
			Name: file.Get("name").String(), MediaType: file.Get("type").String(),
			Size: int64(blob.Get("size").Float()), Content: &blobReader{blob: blob, picture: file.Get("picture").Bool()},
		},
		Picture: file.Get("picture").Bool(),
	})
	return nil
}

// pressed is called with the name of a control of a file, and the message's id.
func (f *fileLines) pressed(_ js.Value, arguments []js.Value) any {
	message := arguments[1].Int()
	switch arguments[0].String() {
	case "accept":
		f.post(ui.AcceptFile{Message: message, Sink: &fileSink{sink: arguments[2]}})
	case "decline":
		f.post(ui.DeclineFile{Message: message})
	case "cancel":
		f.post(ui.CancelFile{Message: message})
	}
	return nil
}

// perform notes where what is shown of a file comes from.
func (f *fileLines) perform(effect ui.Effect) {
	switch effect := effect.(type) {
	case ui.SendFile:
		reader, is := effect.Source.Content.(*blobReader)
		if is && reader.picture {
			go func() {
				preview, err := domjs.Await(func() js.Value { return f.script.Call("preview", reader.blob) })
				f.keep(effect.Message, preview, err)
			}()
		}
	case ui.TakeFile:
		if sink, is := effect.Sink.(*fileSink); is {
			sink.completed = func(result js.Value) { f.keep(effect.Message, result, nil) }
		}
	}
}

// keep keeps a result, and lets the page be shown again.
func (f *fileLines) keep(message int, result js.Value, err error) {
	if err == nil {
		f.results[message] = result
		f.post(ui.FileShown{})
	}
}

// draw draws the line of a file, unless it is drawn already or is none.
func (f *fileLines) draw(line *fileLine, message ui.Message) {
	if message.File.Stage == ui.FileNone || f.script.IsUndefined() {
		return
	}
	file, result := message.File, f.results[message.ID]
	drawn := drawnFile{file.Stage, file.Moved, file.Rate, file.TooLarge, result.Truthy()}
	if line.drawn == drawn {
		return
	}
	line.drawn = drawn
	f.script.Call("draw", line.box, message.ID, file.Name, file.Size, message.Mine, file.Picture, string(file.Stage),
		file.Moved, file.Rate, file.TooLarge, string(file.Failure), file.ByPeer, result)
}

// forget frees what is kept for a message.
func (f *fileLines) forget(message int) {
	if result, kept := f.results[message]; kept {
		f.script.Call("release", result)
		delete(f.results, message)
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
	buffer, err := domjs.Await(func() js.Value {
		return r.blob.Call("slice", offset, offset+int64(len(data))).Call("arrayBuffer")
	})
	if err != nil {
		return 0, err
	}
	return js.CopyBytesToGo(data, js.Global().Get("Uint8Array").New(buffer)), nil
}

// fileSink is a sink of files.js.
type fileSink struct {
	sink      js.Value
	completed func(result js.Value) // nil: nobody wants to know
}

// Write implements p2p.FileSink.
func (s *fileSink) Write(data []byte) (int, error) {
	_, err := domjs.Await(func() js.Value { return s.sink.Call("write", domjs.Uint8Array(data)) })
	return len(data), err
}

// Complete implements p2p.FileSink.
func (s *fileSink) Complete() error {
	result, err := domjs.Await(func() js.Value { return s.sink.Call("complete") })
	if err == nil && s.completed != nil {
		s.completed(result)
	}
	return err
}

// Discard implements p2p.FileSink.
func (s *fileSink) Discard() {
	_, _ = domjs.Await(func() js.Value { return s.sink.Call("discard") }) // what is left is removed by the next page
}
