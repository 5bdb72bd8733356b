package server

import (
	"compress/gzip"
	"fmt"
	"io"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
)

const (
	// maxRequest is the largest request message, in bytes and inflated. The
	// largest legal one is a batch of signals of 96 KB.
	maxRequest = 256 << 10
	// maxBody leaves room for what enveloped protocols put before a message.
	maxBody = maxRequest + 5
	// compressAbove is so large that responses are never compressed: they are
	// small, and compressing each costs a third of the CPU of a pairing.
	compressAbove = 1 << 30
)

// tooLarge is the error of a request above maxRequest, in the words of a service
// if the path is one of its methods.
func tooLarge(path string) *connect.Error {
	text := fmt.Errorf("the request is larger than %d bytes", maxRequest)
	reasons, known := reasonsOf[serviceOf(path)]
	if !known {
		return connect.NewError(connect.CodeInvalidArgument, text)
	}
	return rpcerror.New(connect.CodeInvalidArgument, reasons.invalid, text, rpcerror.BadRequest([]rpcerror.Violation{
		{Field: "request", Description: fmt.Sprintf("must be at most %d bytes", maxRequest)},
	}))
}

// handlerOptions are those of every handler. Bodies are limited before they
// reach it, see boundedBody; what they inflate to is limited here.
func handlerOptions(path string) connect.HandlerOption {
	return connect.WithHandlerOptions(
		withCodecs(),
		connect.WithCompressMinBytes(compressAbove),
		connect.WithCompression("gzip",
			func() connect.Decompressor { return &inflater{tooLarge: tooLarge(path)} },
			func() connect.Compressor { return gzip.NewWriter(io.Discard) },
		),
	)
}

// inflater inflates up to maxRequest: a body may inflate to a thousand times
// its size.
type inflater struct {
	gzip.Reader
	left     int
	tooLarge error
}

// Reset implements connect.Decompressor.
func (i *inflater) Reset(body io.Reader) error {
	i.left = maxRequest
	return i.Reader.Reset(body)
}

// Read implements io.Reader.
func (i *inflater) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p[:min(len(p), i.left+1)])
	if i.left -= n; i.left < 0 {
		return 0, i.tooLarge
	}
	return n, err
}
