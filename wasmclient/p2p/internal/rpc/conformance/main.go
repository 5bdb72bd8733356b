// Command conformance makes the calls that the Connect conformance suite asks for on
// its standard input, with package rpc, and says how they went
// (https://github.com/connectrpc/conformance/blob/main/docs/testing_clients.md).
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"

	"google.golang.org/protobuf/proto"

	conformancev1 "github.com/wasmp2pchat/wasmp2pchat/gen/conformance/connectrpc/conformance/v1"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

// serve makes the calls side by side.
func serve(in io.Reader, out io.Writer) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	var writing sync.Mutex
	for {
		request := new(conformancev1.ClientCompatRequest)
		err := read(in, request)
		if err == io.EOF { //nolint:errorlint // as read returns it
			return nil
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		calls.Go(func() {
			response := &conformancev1.ClientCompatResponse{TestName: request.GetTestName()}
			if result, err := call(context.Background(), request); err != nil {
				response.Result = &conformancev1.ClientCompatResponse_Error{Error: &conformancev1.ClientErrorResult{Message: err.Error()}}
			} else {
				response.Result = &conformancev1.ClientCompatResponse_Response{Response: result}
			}
			writing.Lock()
			defer writing.Unlock()
			if err := write(out, response); err != nil {
				fmt.Fprintln(os.Stderr, "conformance: write response:", err)
			}
		})
	}
}

// read reads a message that follows its length.
func read(in io.Reader, message proto.Message) error {
	var prefix [4]byte
	if _, err := io.ReadFull(in, prefix[:]); err != nil {
		return err
	}
	data := make([]byte, binary.BigEndian.Uint32(prefix[:]))
	if _, err := io.ReadFull(in, data); err != nil {
		return fmt.Errorf("message is cut short: %w", err)
	}
	return proto.Unmarshal(data, message)
}

func write(out io.Writer, message proto.Message) error {
	data, err := proto.Marshal(message)
	if err != nil {
		return err
	}
	_, err = out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...)) //nolint:gosec // far below 4 GiB
	return err
}
