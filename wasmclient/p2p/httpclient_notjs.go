//go:build !js

package p2p

import (
	"net/http"

	"connectrpc.com/connect"
)

func defaultHTTPClient() connect.HTTPClient { return &http.Client{} }
