// Package caller carries the client address a call is charged to in a context.
// The server sets it, and the handlers pass it to their engines.
package caller

import "context"

type key struct{}

// With returns a context of a call that is charged to owner.
func With(ctx context.Context, owner string) context.Context {
	return context.WithValue(ctx, key{}, owner)
}

// Of returns the owner. Empty: the call is not limited.
func Of(ctx context.Context) string {
	owner, _ := ctx.Value(key{}).(string)
	return owner
}
