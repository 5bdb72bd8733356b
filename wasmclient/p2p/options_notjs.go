//go:build !js

package p2p

import "net/http"

// HTTPClient is the part of *http.Client that a Client needs.
type HTTPClient interface {
	Do(request *http.Request) (*http.Response, error)
}

// WithHTTPClient sets the HTTP client for calls to the server. Do not set the Timeout
// of an *http.Client: it would break the streams that wait for a partner. Default:
// http.DefaultClient. Only natively: a browser always uses fetch.
func WithHTTPClient(client HTTPClient) Option {
	return func(s *settings) { s.http = client }
}
