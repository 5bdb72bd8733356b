package server

import (
	"context"
	"net/http"
	"slices"

	"connectrpc.com/connect"
	"google.golang.org/grpc/health/grpc_health_v1"
)

const healthName = "grpc.health.v1.Health"

// health implements gRPC's health checking protocol for Connect, gRPC and
// gRPC-Web.
type health struct {
	names    []string // the services; "" is the server as a whole
	draining context.Context
}

func mountHealth(mux *http.ServeMux, names []string, draining context.Context) {
	h := &health{names: append([]string{"", healthName}, names...), draining: draining}
	mux.Handle("/"+healthName+"/Check", connect.NewUnaryHandlerSimple("/"+healthName+"/Check", h.check, handlerOptions("")))
	mux.Handle("/"+healthName+"/List", connect.NewUnaryHandlerSimple("/"+healthName+"/List", h.list, handlerOptions("")))
	mux.Handle("/"+healthName+"/Watch", withPauses(connect.NewServerStreamHandlerSimple("/"+healthName+"/Watch", h.watch, handlerOptions(""))))
}

func (h *health) status(name string) grpc_health_v1.HealthCheckResponse_ServingStatus {
	switch {
	case !slices.Contains(h.names, name):
		return grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN
	case h.draining.Err() != nil:
		return grpc_health_v1.HealthCheckResponse_NOT_SERVING
	}
	return grpc_health_v1.HealthCheckResponse_SERVING
}

func (h *health) check(_ context.Context, request *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	status := h.status(request.GetService())
	if status == grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN {
		return nil, connect.NewError(connect.CodeNotFound, nil)
	}
	return &grpc_health_v1.HealthCheckResponse{Status: status}, nil
}

func (h *health) list(context.Context, *grpc_health_v1.HealthListRequest) (*grpc_health_v1.HealthListResponse, error) {
	response := &grpc_health_v1.HealthListResponse{Statuses: map[string]*grpc_health_v1.HealthCheckResponse{}}
	for _, name := range h.names {
		response.Statuses[name] = &grpc_health_v1.HealthCheckResponse{Status: h.status(name)}
	}
	return response, nil
}

func (h *health) watch(ctx context.Context, request *grpc_health_v1.HealthCheckRequest, stream *connect.ServerStream[grpc_health_v1.HealthCheckResponse]) error {
	told := h.status(request.GetService())
	if err := stream.Send(&grpc_health_v1.HealthCheckResponse{Status: told}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-h.draining.Done():
		return stream.Send(&grpc_health_v1.HealthCheckResponse{Status: h.status(request.GetService())})
	}
}
