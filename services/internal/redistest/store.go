package redistest

import (
	"context"

	"github.com/redis/rueidis"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
)

// Keys returns the number of keys in all masters of a store, whoever wrote
// them.
func Keys(ctx context.Context, store *redisstore.Store) (int, error) {
	keys := 0
	err := store.Masters(ctx, func(node rueidis.Client) error {
		size, err := node.Do(ctx, node.B().Dbsize().Build()).AsInt64()
		keys += int(size)
		return err
	})
	return keys, err
}

// Empty removes all keys from all masters of a store, whoever wrote them.
func Empty(ctx context.Context, store *redisstore.Store) error {
	return store.Masters(ctx, func(node rueidis.Client) error {
		return node.Do(ctx, node.B().Flushall().Build()).Error()
	})
}
