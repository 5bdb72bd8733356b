package domnet

import (
	"context"
	"io"
	"sync"
	"syscall/js"
)

// contextAfterFunc is context.AfterFunc whose stop may be called again.
func contextAfterFunc(ctx context.Context, work func()) (stop func()) {
	stopped := context.AfterFunc(ctx, work)
	return func() { stopped() }
}

// fetchBody reads a ReadableStream. Read and Close may run concurrently; two
// Reads may not.
type fetchBody struct {
	ctx    context.Context
	reader js.Value // null: the response has no body
	rest   []byte   // of the last chunk
	end    error    // what Read returns from now on
	close  func()
}

func newFetchBody(ctx context.Context, stream js.Value, abort, stop func()) *fetchBody {
	body := &fetchBody{ctx: ctx, reader: js.Null()}
	if stream.Truthy() {
		body.reader = stream.Call("getReader")
	}
	body.close = sync.OnceFunc(func() {
		stop()
		abort()
	})
	return body
}

// Read waits for the next chunk when none is left.
func (b *fetchBody) Read(data []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.end != nil {
			return 0, b.end
		}
		b.rest, b.end = b.chunk()
	}
	count := copy(data, b.rest)
	b.rest = b.rest[count:]
	return count, nil
}

func (b *fetchBody) chunk() ([]byte, error) {
	if b.reader.IsNull() {
		return nil, io.EOF
	}
	result, err := await(func() js.Value { return b.reader.Call("read") })
	switch {
	case err != nil && b.ctx.Err() != nil:
		return nil, b.ctx.Err()
	case err != nil:
		return nil, io.ErrUnexpectedEOF
	case result.Get("done").Bool():
		return nil, io.EOF
	default:
		return bytesOf(result.Get("value")), nil
	}
}

// Close aborts the rest of the response. A waiting Read returns.
func (b *fetchBody) Close() error {
	b.close()
	return nil
}
