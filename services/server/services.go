package server

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"
	"google.golang.org/protobuf/reflect/protoreflect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingrpc"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingrpc"
)

// mountServices adds the services and returns the names of those served.
func (c Config) mountServices(mux *http.ServeMux, draining context.Context) []string {
	options := func(service string, more ...connect.HandlerOption) []connect.HandlerOption {
		return append(more, handlerOptions("/"+service+"/"), connect.WithRecover(c.recoverPanic(reasonsOf[service].internal)))
	}
	var names []string
	clock := serverstream.NewClock(draining)
	mountNotServed(mux, matchmakingv1connect.MatchmakingServiceName)
	if c.Matchmaking != nil {
		_, handler := matchmakingv1connect.NewMatchmakingServiceHandler(&matchmakingrpc.Handler{
			Engine: c.Matchmaking, Keys: c.Keys, Clock: clock, RelayOnly: c.ICEServers.RelayOnly, Logger: c.Logger,
		}, options(matchmakingv1connect.MatchmakingServiceName)...)
		mountService(mux, matchmakingv1.File_wasmp2pchat_matchmaking_v1_matchmaking_proto, handler)
		names = append(names, matchmakingv1connect.MatchmakingServiceName)
	}
	mountNotServed(mux, signalingv1connect.SignalingServiceName)
	if c.Signaling != nil {
		_, handler := signalingv1connect.NewSignalingServiceHandler(&signalingrpc.Handler{
			Engine: c.Signaling, Keys: c.Keys, ICEServers: c.ICEServers, Clock: clock, Logger: c.Logger,
		}, options(signalingv1connect.SignalingServiceName, connect.WithInterceptors(signalingrpc.Authenticate(c.Keys)))...)
		mountService(mux, signalingv1.File_wasmp2pchat_signaling_v1_signaling_proto, handler)
		names = append(names, signalingv1connect.SignalingServiceName)
	}
	return names
}

// mountService adds every method of the service in a proto file.
func mountService(mux *http.ServeMux, file protoreflect.FileDescriptor, handler http.Handler) {
	service := file.Services().Get(0)
	for i := range service.Methods().Len() {
		method, served := service.Methods().Get(i), handler
		if method.IsStreamingServer() {
			served = serverstream.Gather(served)
		}
		procedure := "/" + string(service.FullName()) + "/" + string(method.Name())
		if procedure != matchmakingv1connect.MatchmakingServiceFindMatchProcedure { // it may wait for half an hour
			served = withStack(served)
		}
		mux.Handle(procedure, served)
	}
}

// mountNotServed answers calls of methods that are not served here with an error
// in the protocol of the call.
func mountNotServed(mux *http.ServeMux, service string) {
	writer := connect.NewErrorWriter()
	mux.HandleFunc("/"+service+"/", func(w http.ResponseWriter, r *http.Request) {
		err := rpcerror.New(connect.CodeUnimplemented, reasonsOf[service].notServed, errors.New(clip(r.URL.Path[1:])+" is not served here"))
		writer.Write(w, r, err) //nolint:errcheck // the caller has gone
	})
}

func (c Config) recoverPanic(reason rpcerror.Reason) func(context.Context, connect.Spec, http.Header, any) error {
	return func(ctx context.Context, spec connect.Spec, _ http.Header, panicked any) error {
		c.Logger.ErrorContext(ctx, "panic", "procedure", spec.Procedure, "panic", panicked, "stack", string(debug.Stack()))
		return rpcerror.New(connect.CodeInternal, reason, errors.New("internal"))
	}
}

func mountReflection(mux *http.ServeMux, names []string) {
	reflector := grpcreflect.NewStaticReflector(append(names, healthName)...)
	mux.Handle(grpcreflect.NewHandlerV1(reflector, handlerOptions("")))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector, handlerOptions("")))
}
