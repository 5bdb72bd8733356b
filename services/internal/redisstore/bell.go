package redisstore

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/redis/rueidis"
)

// Listen calls ring with each message of a channel, until ctx ends. Messages
// may be lost: missed is called whenever that may be so, at the beginning too.
// Neither may block.
func (s *Store) Listen(ctx context.Context, channel string, ring func(message string), missed func()) {
	for ctx.Err() == nil {
		dedicated, release := s.client.Dedicate()
		ended := dedicated.SetPubSubHooks(rueidis.PubSubHooks{
			OnMessage:      func(message rueidis.PubSubMessage) { ring(message.Message) },
			OnSubscription: func(rueidis.PubSubSubscription) { missed() },
		})
		if dedicated.Do(ctx, dedicated.B().Subscribe().Channel(channel).Build()).Error() == nil {
			select {
			case <-ended: //nolint:errcheck // whatever the reason: listen again
			case <-ctx.Done():
			}
		}
		release()
		// Apart from each other, or all nodes come back in one instant.
		_ = pause(ctx, 100*time.Millisecond+rand.N(200*time.Millisecond)) //nolint:gosec // only spreads the load
	}
}
