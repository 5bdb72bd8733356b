package server_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// grpcGo returns a client of another implementation of gRPC.
func grpcGo(t *testing.T, url string) *grpc.ClientConn {
	t.Helper()
	client, err := grpc.NewClient(strings.TrimPrefix(url, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() }) //nolint:errcheck // the test is over
	return client
}

// grpcStream opens a server stream without generated code.
func grpcStream(t *testing.T, ctx context.Context, client *grpc.ClientConn, procedure string, request proto.Message) grpc.ClientStream {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	t.Cleanup(cancel)
	stream, err := client.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, procedure)
	if err != nil {
		t.Fatalf("open %s: %v", procedure, err)
	}
	if err := stream.SendMsg(request); err != nil {
		t.Fatalf("send: %v", err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatalf("close send: %v", err)
	}
	return stream
}

func grpcReceive(t *testing.T, stream grpc.ClientStream, into proto.Message) {
	t.Helper()
	if err := stream.RecvMsg(into); err != nil {
		t.Fatalf("receive: %v", err)
	}
}

func TestGRPCGo(t *testing.T) {
	t.Parallel()
	client := grpcGo(t, listen(t, newServer(t, server.Config{}), false).URL)
	find := func() grpc.ClientStream {
		return grpcStream(t, t.Context(), client, matchmakingv1connect.MatchmakingServiceFindMatchProcedure,
			&matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
	}
	var first, second, own matchmakingv1.FindMatchResponse
	waiting := find()
	grpcReceive(t, waiting, &first)
	if first.GetQueued() == nil {
		t.Fatalf("first event is %v, want queued", &first)
	}
	grpcReceive(t, find(), &second)
	grpcReceive(t, waiting, &own)
	if own.GetMatched().GetRoomId() == "" || own.GetMatched().GetRoomId() != second.GetMatched().GetRoomId() {
		t.Fatalf("matched %v and %v, want one room", &own, &second)
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+own.GetMatched().GetRoomToken())
	var welcome signalingv1.JoinRoomResponse
	grpcReceive(t, grpcStream(t, ctx, client, signalingv1connect.SignalingServiceJoinRoomProcedure, &signalingv1.JoinRoomRequest{}), &welcome)
	if got := welcome.GetWelcome().GetPeerId(); got != own.GetMatched().GetPeerId() {
		t.Errorf("welcomed as %q, want %q", got, own.GetMatched().GetPeerId())
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newServer(t, server.Config{})
	client := grpc_health_v1.NewHealthClient(grpcGo(t, listen(t, s, false).URL))
	check := func(service string) grpc_health_v1.HealthCheckResponse_ServingStatus {
		response, err := client.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatalf("check %q: %v", service, err)
		}
		return response.GetStatus()
	}
	for _, service := range []string{"", matchmakingv1connect.MatchmakingServiceName, signalingv1connect.SignalingServiceName} {
		if got := check(service); got != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("%q is %v, want serving", service, got)
		}
	}
	if _, err := client.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "nobody"}); status.Code(err) != codes.NotFound {
		t.Errorf("unknown service: %v, want not found", err)
	}
	watch, err := client.Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []grpc_health_v1.HealthCheckResponse_ServingStatus{grpc_health_v1.HealthCheckResponse_SERVING, grpc_health_v1.HealthCheckResponse_NOT_SERVING} {
		if got, err := watch.Recv(); err != nil || got.GetStatus() != want {
			t.Errorf("watch: %v, %v, want %v", got, err, want)
		}
		s.Drain()
	}
	if got := check(""); got != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("%v while draining, want not serving", got)
	}
}

func TestReflection(t *testing.T) {
	t.Parallel()
	client := grpcGo(t, listen(t, newServer(t, server.Config{}), false).URL)
	v1, err := grpc_reflection_v1.NewServerReflectionClient(client).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := v1.Send(&grpc_reflection_v1.ServerReflectionRequest{
		MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{},
	}); err != nil {
		t.Fatal(err)
	}
	listed, err := v1.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, service := range listed.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	if got, want := strings.Join(names, " "), "wasmp2pchat.matchmaking.v1.MatchmakingService wasmp2pchat.signaling.v1.SignalingService grpc.health.v1.Health"; got != want {
		t.Errorf("services %s, want %s", got, want)
	}
	alpha, err := grpc_reflection_v1alpha.NewServerReflectionClient(client).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := alpha.Send(&grpc_reflection_v1alpha.ServerReflectionRequest{ //nolint:staticcheck // older tools speak it
		MessageRequest: &grpc_reflection_v1alpha.ServerReflectionRequest_FileContainingSymbol{
			FileContainingSymbol: signalingv1connect.SignalingServiceName, //nolint:staticcheck // older tools speak it
		},
	}); err != nil {
		t.Fatal(err)
	}
	if described, err := alpha.Recv(); err != nil || len(described.GetFileDescriptorResponse().GetFileDescriptorProto()) == 0 { //nolint:staticcheck // older tools speak it
		t.Errorf("v1alpha describes %v, %v", described, err)
	}
}
