//go:build !js

package p2p_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// chat says hello to a stranger and prints what comes back until one leaves.
func chat(ctx context.Context, url string) error {
	room, err := p2p.NewClient(url).Find(ctx)
	if err != nil {
		return err
	}
	defer room.Close()
	if err := room.SendText(ctx, "hello, stranger"); err != nil {
		return err
	}
	for message, err := range room.Messages() {
		if err != nil {
			return err
		}
		fmt.Println(message.Text())
	}
	return nil
}

// Two strangers meet. The second one leaves after the first line.
func Example() {
	url, stop := p2p.StartServer()
	defer stop()
	ctx := context.Background()
	go func() {
		room, err := p2p.NewClient(url).Find(ctx)
		if err != nil {
			log.Fatal(err)
		}
		for _, err := range room.Messages() {
			if err != nil {
				log.Fatal(err)
			}
			break
		}
		if err := room.SendText(ctx, "hello, and goodbye"); err != nil {
			log.Fatal(err)
		}
		_ = room.Close()
	}()
	fmt.Println(chat(ctx, url))
	// Output:
	// hello, and goodbye
	// ended: peer_left
}

// The generated client opens a room with the token that FindMatch gave.
func ExampleSetRoomToken() {
	url, stop := p2p.StartServer()
	defer stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	client := matchmakingv1connect.NewMatchmakingServiceClient(http.DefaultClient, url)
	find := func(requestID string) *matchmakingv1.Matched {
		events, err := client.FindMatch(ctx, &matchmakingv1.FindMatchRequest{RequestId: requestID})
		if err != nil {
			log.Fatal(err)
		}
		defer func() { _ = events.Close() }()
		for events.Receive() {
			if matched := events.Msg().GetMatched(); matched != nil {
				return matched
			}
		}
		return nil
	}
	other := make(chan *matchmakingv1.Matched)
	go func() { other <- find("the-other-persons-secret-id") }()
	matched := find("a-secret-only-i-know-of")
	<-other

	rooms := signalingv1connect.NewSignalingServiceClient(http.DefaultClient, url)
	ctx, call := connect.NewClientContext(ctx)
	p2p.SetRoomToken(call.RequestHeader(), matched.GetRoomToken())
	joined, err := rooms.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		log.Fatal(err)
	}
	joined.Receive()
	fmt.Println(joined.Msg().GetWelcome().GetPeerId() == matched.GetPeerId())
	cancel()
	_ = joined.Close()
	// Output: true
}
