package server

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	conformancev1 "github.com/wasmp2pchat/wasmp2pchat/gen/conformance/connectrpc/conformance/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/conformance/connectrpc/conformance/v1/conformancev1connect"
)

// conformance answers what its caller asks it to answer
// (https://github.com/connectrpc/conformance/blob/main/docs/testing_servers.md).
type conformance struct {
	conformancev1connect.UnimplementedConformanceServiceHandler
}

// Unary implements the RPC.
func (conformance) Unary(ctx context.Context, request *conformancev1.UnaryRequest) (*conformancev1.UnaryResponse, error) {
	payload, err := answer(ctx, request, request.GetResponseDefinition())
	return &conformancev1.UnaryResponse{Payload: payload}, err
}

// IdempotentUnary implements the RPC.
func (conformance) IdempotentUnary(ctx context.Context, request *conformancev1.IdempotentUnaryRequest) (*conformancev1.IdempotentUnaryResponse, error) {
	payload, err := answer(ctx, request, request.GetResponseDefinition())
	return &conformancev1.IdempotentUnaryResponse{Payload: payload}, err
}

func answer(ctx context.Context, request proto.Message, definition *conformancev1.UnaryResponseDefinition) (*conformancev1.ConformancePayload, error) {
	call, _ := connect.CallInfoForHandlerContext(ctx)
	add(call.ResponseHeader(), definition.GetResponseHeaders())
	add(call.ResponseTrailer(), definition.GetResponseTrailers())
	time.Sleep(time.Duration(definition.GetResponseDelayMs()) * time.Millisecond)
	if failed := definition.GetError(); failed != nil {
		return nil, failure(failed, requestInfo(ctx, request))
	}
	return &conformancev1.ConformancePayload{Data: definition.GetResponseData(), RequestInfo: requestInfo(ctx, request)}, nil
}

// ServerStream implements the RPC.
func (conformance) ServerStream(
	ctx context.Context, request *conformancev1.ServerStreamRequest, stream *connect.ServerStream[conformancev1.ServerStreamResponse],
) error {
	definition := request.GetResponseDefinition()
	add(stream.ResponseHeader(), definition.GetResponseHeaders())
	add(stream.ResponseTrailer(), definition.GetResponseTrailers())
	if len(definition.GetResponseData()) > 0 {
		if err := stream.Send(nil); err != nil { // the headers
			return err
		}
	}
	info := requestInfo(ctx, request)
	for _, data := range definition.GetResponseData() {
		time.Sleep(time.Duration(definition.GetResponseDelayMs()) * time.Millisecond)
		if err := stream.Send(&conformancev1.ServerStreamResponse{Payload: &conformancev1.ConformancePayload{Data: data, RequestInfo: info}}); err != nil {
			return err
		}
		info = nil // with the first message only
	}
	if failed := definition.GetError(); failed != nil {
		return failure(failed, info)
	}
	return nil
}

func add(header map[string][]string, fields []*conformancev1.Header) {
	for _, field := range fields {
		header[field.GetName()] = append(header[field.GetName()], field.GetValue()...)
	}
}

// requestInfo is what the server saw of a request.
func requestInfo(ctx context.Context, request proto.Message) *conformancev1.ConformancePayload_RequestInfo {
	call, _ := connect.CallInfoForHandlerContext(ctx)
	message, _ := anypb.New(request)
	info := &conformancev1.ConformancePayload_RequestInfo{RequestHeaders: fields(call.RequestHeader()), Requests: []*anypb.Any{message}}
	if deadline, ok := ctx.Deadline(); ok {
		info.TimeoutMs = proto.Int64(time.Until(deadline).Milliseconds())
	}
	if query := call.Peer().Query; len(query) > 0 {
		info.ConnectGetInfo = &conformancev1.ConformancePayload_ConnectGetInfo{QueryParams: fields(query)}
	}
	return info
}

func fields(header map[string][]string) []*conformancev1.Header {
	var list []*conformancev1.Header
	for _, name := range slices.Sorted(maps.Keys(header)) {
		list = append(list, &conformancev1.Header{Name: name, Value: header[name]})
	}
	return list
}

// failure is the error that the caller asked for. What the server saw of the request
// is a detail of it, if no message has said it.
func failure(told *conformancev1.Error, info *conformancev1.ConformancePayload_RequestInfo) error {
	failed := connect.NewError(connect.Code(told.GetCode()), errors.New(told.GetMessage()))
	details := make([]proto.Message, 0, len(told.GetDetails())+1)
	for _, detail := range told.GetDetails() {
		details = append(details, detail)
	}
	if info != nil {
		details = append(details, info)
	}
	for _, message := range details {
		detail, err := connect.NewErrorDetail(message)
		if err != nil {
			return err
		}
		failed.AddDetail(detail)
	}
	return failed
}
