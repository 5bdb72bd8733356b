package redisstore

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/redis/rueidis"
)

// Subscribe calls onMessage for each message of a channel, and onGap whenever
// messages may have been lost, including once at the start. It returns when ctx
// ends. Both are called by one goroutine at a time and must not block.
func (s *Store) Subscribe(ctx context.Context, channel string, onMessage func(message string), onGap func()) {
	for ctx.Err() == nil {
		dedicated, release := s.client.Dedicate()
		ended := dedicated.SetPubSubHooks(rueidis.PubSubHooks{
			OnMessage:      func(message rueidis.PubSubMessage) { onMessage(message.Message) },
			OnSubscription: func(rueidis.PubSubSubscription) { onGap() },
		})
		if dedicated.Do(ctx, dedicated.B().Subscribe().Channel(channel).Build()).Error() == nil {
			select {
			case <-ended: //nolint:errcheck // whatever the reason: subscribe again
			case <-ctx.Done():
			}
		}
		release()
		// Nodes reconnect at different moments, so that a server that comes back
		// is not flooded.
		_ = pause(ctx, 100*time.Millisecond+rand.N(200*time.Millisecond)) //nolint:gosec // only spreads the load
	}
}
