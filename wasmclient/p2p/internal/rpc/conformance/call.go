package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	conformancev1 "github.com/wasmp2pchat/wasmp2pchat/gen/conformance/connectrpc/conformance/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// defaultLimit is for calls to which the suite sets none.
const defaultLimit = 1 << 20

// call makes one call. The error says that the suite asked for what there is none of.
func call(ctx context.Context, request *conformancev1.ClientCompatRequest) (*conformancev1.ClientResponseResult, error) {
	if len(request.GetRequestMessages()) != 1 || request.GetUseGetHttpMethod() || request.GetCodec() != conformancev1.Codec_CODEC_PROTO {
		return nil, errors.New("not supported")
	}
	limit := defaultLimit
	if request.GetMessageReceiveLimit() > 0 {
		limit = int(request.GetMessageReceiveLimit())
	}
	client := rpc.NewClient(nil, "http://"+net.JoinHostPort(request.GetHost(), strconv.Itoa(int(request.GetPort()))), limit)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if request.TimeoutMs != nil {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(request.GetTimeoutMs())*time.Millisecond)
		defer cancel()
	}
	if cancellation := request.GetCancel(); cancellation != nil && cancellation.GetAfterNumResponses() == 0 {
		defer time.AfterFunc(time.Duration(cancellation.GetAfterCloseSendMs())*time.Millisecond, cancel).Stop()
	}
	time.Sleep(time.Duration(request.GetRequestDelayMs()) * time.Millisecond)
	procedure := "/" + request.GetService() + "/" + request.GetMethod()
	header := rpc.Header{}
	for _, field := range request.GetRequestHeaders() {
		header[field.GetName()] = append(header[field.GetName()], field.GetValue()...)
	}
	message := request.GetRequestMessages()[0].GetValue()
	if request.GetStreamType() == conformancev1.StreamType_STREAM_TYPE_SERVER_STREAM {
		return stream(ctx, cancel, client, procedure, header, message, int(request.GetCancel().GetAfterNumResponses())), nil
	}
	return unary(ctx, client, procedure, header, message, request.GetMethod()), nil
}

func unary(ctx context.Context, client *rpc.Client, procedure string, header rpc.Header, message []byte, method string) *conformancev1.ClientResponseResult {
	response, err := client.Call(ctx, procedure, header, message)
	if err != nil {
		return failed(err)
	}
	result := &conformancev1.ClientResponseResult{ResponseHeaders: fields(response.Header), ResponseTrailers: fields(response.Trailer)}
	var answer interface {
		proto.Message
		GetPayload() *conformancev1.ConformancePayload
	} = new(conformancev1.UnaryResponse)
	if method == "IdempotentUnary" {
		answer = new(conformancev1.IdempotentUnaryResponse)
	}
	if err := proto.Unmarshal(response.Message, answer); err != nil {
		return failed(&rpc.Error{Code: rpc.CodeInternal, Message: err.Error()})
	}
	result.Payloads = append(result.Payloads, answer.GetPayload())
	return result
}

// stream cancels after so many messages; zero: never.
func stream(
	ctx context.Context, cancel context.CancelFunc, client *rpc.Client, procedure string, header rpc.Header, message []byte, last int,
) *conformancev1.ClientResponseResult {
	events, err := client.Stream(ctx, procedure, header, message)
	if err != nil {
		return failed(err)
	}
	defer events.Close()
	defer cancel() // first, or Close would wait for the rest of the stream
	result := new(conformancev1.ClientResponseResult)
	for {
		data, err := events.Receive()
		if err != nil {
			result.ResponseHeaders, result.ResponseTrailers = fields(events.Header()), fields(events.Trailer())
			if err != io.EOF { //nolint:errorlint // as Receive returns it
				result.Error = failed(err).GetError()
			}
			return result
		}
		answer := new(conformancev1.ServerStreamResponse)
		if err := proto.Unmarshal(data, answer); err != nil {
			result.Error = failed(&rpc.Error{Code: rpc.CodeInternal, Message: err.Error()}).GetError()
			return result
		}
		if result.Payloads = append(result.Payloads, answer.GetPayload()); len(result.GetPayloads()) == last {
			cancel()
		}
	}
}

func failed(err error) *conformancev1.ClientResponseResult {
	var failure *rpc.Error
	if !errors.As(err, &failure) {
		failure = &rpc.Error{Code: "not an rpc.Error", Message: err.Error()}
	}
	told := &conformancev1.Error{
		Code:    conformancev1.Code(conformancev1.Code_value["CODE_"+strings.ToUpper(string(failure.Code))]),
		Message: proto.String(failure.Message),
	}
	for _, detail := range failure.Details {
		told.Details = append(told.Details, &anypb.Any{TypeUrl: "type.googleapis.com/" + detail.Type, Value: detail.Value})
	}
	return &conformancev1.ClientResponseResult{Error: told, ResponseTrailers: fields(failure.Meta), ResponseHeaders: fields(failure.Meta)}
}

func fields(header rpc.Header) []*conformancev1.Header {
	var list []*conformancev1.Header
	for name, values := range header {
		list = append(list, &conformancev1.Header{Name: name, Value: values})
	}
	return list
}
