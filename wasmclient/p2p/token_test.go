//go:build !js

package p2p

import (
	"net/http"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
)

// asMember makes a generated client call as the member that was matched.
func asMember(client HTTPClient, matched *matchmakingv1.Matched) HTTPClient {
	return asking{client, matched.GetRoomToken()}
}

type asking struct {
	HTTPClient
	token string
}

// Do implements connect.HTTPClient.
func (a asking) Do(request *http.Request) (*http.Response, error) {
	SetRoomToken(request.Header, a.token)
	return a.HTTPClient.Do(request)
}
