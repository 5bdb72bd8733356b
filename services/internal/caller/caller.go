// Package caller carries through a context whose bounds a call counts for. The
// server puts it there, the handlers hand it to their engines.
package caller

import "context"

type key struct{}

// With returns a context of a call that counts for owner.
func With(ctx context.Context, owner string) context.Context {
	return context.WithValue(ctx, key{}, owner)
}

// Of returns the owner, or "" when nobody keeps count.
func Of(ctx context.Context) string {
	owner, _ := ctx.Value(key{}).(string)
	return owner
}
