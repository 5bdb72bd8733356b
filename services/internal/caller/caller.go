// Package caller carries who makes a call in its context. The server sets it, and
// the handlers pass it to their engines.
package caller

import "context"

// A Caller is who makes a call.
type Caller struct {
	// Owner is whom the call is charged to: the client's address. Empty: it is
	// not limited.
	Owner string
	// Network is the network of that address. Empty: none, or a private one.
	Network string
}

type key struct{}

// With returns a context of a call of somebody.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, key{}, c)
}

// Of returns who makes a call. The zero value: nobody said.
func Of(ctx context.Context) Caller {
	c, _ := ctx.Value(key{}).(Caller)
	return c
}
