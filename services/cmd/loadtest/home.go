package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// newPerson returns somebody with an address of their own.
func newPerson(client *http.Client, matchmaking, signaling string) people.Person {
	address := fmt.Sprintf("10.%d.%d.%d", rand.N(256), rand.N(256), rand.N(256)) //nolint:gosec // any will do
	return people.New(home{client, address}, matchmaking, signaling)
}

// A home is a client with an address of its own, as nodes hear from a proxy:
// they limit what one address may do.
type home struct {
	*http.Client
	address string
}

// Do implements connect.HTTPClient.
func (h home) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("X-Forwarded-For", h.address)
	return h.Client.Do(request) //nolint:gosec // to nodes that this program started
}
