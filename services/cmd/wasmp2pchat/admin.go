package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// admin is the server of --admin-listen, if there is one.
type admin struct {
	url   string // empty: there is none
	close func()
}

// serveAdmin serves on --admin-listen, and reports if that ends by itself.
func serveAdmin(ctx context.Context, flags flags, adminServer *http.Server, failed chan<- error) (admin, error) {
	if flags.AdminListen == "" {
		return admin{close: func() {}}, nil
	}
	listener, err := server.Listen(ctx, flags.AdminListen)
	if err != nil {
		return admin{}, fmt.Errorf("listen for --admin-listen: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := adminServer.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return admin{
		url: "http://" + listener.Addr().String(),
		close: func() {
			_ = adminServer.Close() // the process ends, so no caller waits for an answer
			<-ended
		},
	}, nil
}
