package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// streamsAtOnce is how many streams a Go server lets a connection open.
const streamsAtOnce = 250

// frames is an HTTP/2 connection without a client's manners: who holds it opens
// and resets streams when they like, and may leave no window for answers.
type frames struct {
	connection net.Conn
	slots      chan struct{} // one for each open stream
	began      func(id uint32)
	a          *attacker

	mu      sync.Mutex // guards writing, and the following fields
	framer  *http2.Framer
	block   bytes.Buffer
	encoder *hpack.Encoder
	next    uint32          // stream
	open    map[uint32]bool // streams, and whether the server has answered
}

// dialFrames opens a connection. The server may send window bytes of each
// answer. began, if not nil, is called when an answer begins that is no
// refusal. The connection ends with ctx, or when the server closes it: then
// done is closed.
func (a *attacker) dialFrames(ctx context.Context, from string, window uint32, began func(f *frames, id uint32)) (f *frames, done <-chan struct{}, err error) {
	connection, err := a.dial(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	f = &frames{
		connection: connection, slots: make(chan struct{}, streamsAtOnce), a: a,
		framer: http2.NewFramer(connection, connection), open: map[uint32]bool{}, next: 1,
	}
	f.began = func(id uint32) {
		if began != nil {
			began(f, id)
		}
	}
	f.encoder = hpack.NewEncoder(&f.block)
	f.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	ended := make(chan struct{})
	if err := f.greet(window); err != nil {
		_ = connection.Close()
		return nil, nil, err
	}
	go func() {
		defer close(ended)
		f.read()
		_ = connection.Close()
		if ctx.Err() == nil {
			a.refused.Add(int64(f.forget()))
		}
	}()
	return f, ended, nil
}

func (f *frames) greet(window uint32) error {
	if _, err := io.WriteString(f.connection, http2.ClientPreface); err != nil {
		return err
	}
	if err := f.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window}); err != nil {
		return err
	}
	return f.framer.WriteWindowUpdate(0, 1<<30) // of the connection: as much as there may be
}

// forget returns how many streams were never answered.
func (f *frames) forget() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	unanswered := 0
	for _, answered := range f.open {
		if !answered {
			unanswered++
		}
	}
	clear(f.open)
	return unanswered
}

// start sends a whole request, once the connection has room for a stream.
func (f *frames) start(ctx context.Context, done <-chan struct{}, path, contentType string, body []byte) (id uint32, err error) {
	select {
	case f.slots <- struct{}{}:
	case <-done:
		return 0, net.ErrClosed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.block.Reset()
	for _, field := range []hpack.HeaderField{
		{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: f.a.address}, {Name: ":path", Value: path},
		{Name: "content-type", Value: contentType}, {Name: "te", Value: "trailers"}, {Name: "content-length", Value: fmt.Sprint(len(body))},
	} {
		if err := f.encoder.WriteField(field); err != nil {
			return 0, err
		}
	}
	id, f.next = f.next, f.next+2
	f.open[id] = false
	err = f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: f.block.Bytes(), EndHeaders: true})
	if err == nil {
		err = f.framer.WriteData(id, true, body)
	}
	if err != nil {
		f.endLocked(id)
	}
	return id, err
}

// reset abandons a stream.
func (f *frames) reset(id uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.endLocked(id)
	return f.framer.WriteRSTStream(id, http2.ErrCodeCancel)
}

// endLocked frees the slot of a stream, and reports whether it was answered
// before.
func (f *frames) endLocked(id uint32) (answered bool) {
	answered, known := f.open[id]
	if known {
		delete(f.open, id)
		<-f.slots
	}
	return answered || !known
}

// read reads until the connection ends.
func (f *frames) read() {
	for {
		frame, err := f.framer.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.PingFrame:
			if !frame.IsAck() {
				f.write(func() error { return f.framer.WritePing(true, frame.Data) })
			}
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				f.write(f.framer.WriteSettingsAck)
			}
		case *http2.RSTStreamFrame:
			f.answer(frame.StreamID, false, true)
		case *http2.MetaHeadersFrame:
			if refused := refusing(frame); refused || frame.StreamEnded() { // a refusal may be in the trailers
				f.answer(frame.StreamID, !refused, frame.StreamEnded())
			}
		case *http2.DataFrame:
			f.answer(frame.StreamID, true, frame.StreamEnded())
		}
	}
}

func (f *frames) write(frame func() error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = frame() // the reader notices
}

// answer notes what the server says to a stream. It counts once for each.
func (f *frames) answer(id uint32, welcome, last bool) {
	f.mu.Lock()
	before, known := f.open[id]
	if known {
		f.open[id] = true
	}
	if last {
		f.endLocked(id)
	}
	f.mu.Unlock()
	switch {
	case !known || before:
	case !welcome:
		f.a.refused.Add(1)
	case !last:
		f.began(id)
	}
}

// refusing reports whether headers say that a request is refused.
func refusing(headers *http2.MetaHeadersFrame) bool {
	for _, field := range headers.Fields {
		if field.Name == ":status" && field.Value != "200" || field.Name == "grpc-status" && field.Value != "0" {
			return true
		}
	}
	return false
}
