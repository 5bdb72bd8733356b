package load

import (
	"context"
	crand "crypto/rand"
	"fmt"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
)

// Churn lets people come to wait and go again, some at once: every other one
// cancels, the rest only disconnect. It returns how many milliseconds each stay
// took.
func Churn(ctx context.Context, network *Network, url string, count, atOnce int, progress *Progress) ([]float64, error) {
	return Run(ctx, count, atOnce, progress, func(ctx context.Context, _, number int) error {
		ctx, disconnect := context.WithCancel(ctx)
		defer disconnect()
		person, leave := network.Newcomer(url, url)
		defer leave()
		request := &matchmakingv1.FindMatchRequest{RequestId: crand.Text(), ClientId: crand.Text(), Pool: newPool()}
		stream, err := person.Matchmaking.FindMatch(ctx, request)
		if err != nil {
			return fmt.Errorf("arrive: %w", err)
		}
		defer stream.Close() //nolint:errcheck // it is over
		if !stream.Receive() || stream.Msg().GetQueued() == nil {
			return fmt.Errorf("arrive: not queued but %v: %w", stream.Msg(), stream.Err())
		}
		if number%2 == 1 {
			return nil
		}
		answer, err := person.Matchmaking.CancelMatch(ctx, &matchmakingv1.CancelMatchRequest{RequestId: request.GetRequestId(), Pool: request.GetPool()})
		if err != nil {
			return fmt.Errorf("cancel: %w", err)
		}
		if answer.GetCancelled() == nil {
			return fmt.Errorf("cancel: %v", answer)
		}
		for stream.Receive() { // its end
		}
		return nil
	})
}
