package dom

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// fileEvent returns the event that web/files.js told by a name and what belongs to it: "loaded"
// with how large a file may be that can be saved, "chosen" with a file to send, and the name of
// a control with the message's id and, of "accept", a sink.
func fileEvent(what string, told []js.Value) ui.Event {
	switch what {
	case "loaded":
		return ui.FileLimit{Bytes: uint64(told[0].Float())}
	case "chosen":
		picture := told[4].Bool()
		return ui.FileChosen{Picture: picture, Source: p2p.FileSource{
			Content: &blobReader{blob: told[0], picture: picture},
			Name:    told[1].String(), MediaType: told[2].String(), Size: int64(told[3].Float()),
		}}
	case "accept":
		return ui.AcceptFile{Message: told[0].Int(), Sink: &fileSink{sink: told[1]}}
	case "decline":
		return ui.DeclineFile{Message: told[0].Int()}
	case "cancel":
		return ui.CancelFile{Message: told[0].Int()}
	}
	return nil
}

// performFile tells files.js what belongs to a message, to show or to save it.
func performFile(effect ui.Effect) {
	switch effect := effect.(type) {
	case ui.SendFile:
		if reader, is := effect.Source.Content.(*blobReader); is && reader.picture {
			js.Global().Get("files").Call("preview", effect.Message, reader.blob)
		}
	case ui.TakeFile:
		if sink, is := effect.Sink.(*fileSink); is {
			js.Global().Get("files").Call("comes", effect.Message, sink.sink)
		}
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
	return js.CopyBytesToGo(data, domjs.View(buffer)), nil
}

// fileSink is a sink of files.js.
type fileSink struct {
	sink    js.Value
	written domjs.Buffer // until write has taken it
}

// Write implements p2p.FileSink.
func (s *fileSink) Write(data []byte) (int, error) {
	_, err := await(s.sink, "write", s.written.Copy(data))
	return len(data), err
}

// Complete implements p2p.FileSink.
func (s *fileSink) Complete() error {
	_, err := await(s.sink, "complete")
	return err
}

// Discard implements p2p.FileSink. The next page removes what is left.
func (s *fileSink) Discard() { _, _ = await(s.sink, "discard") }

// await calls a method that returns a promise, and waits for it.
func await(object js.Value, method string, arguments ...any) (js.Value, error) {
	return domjs.Await(func() js.Value { return object.Call(method, arguments...) })
}
