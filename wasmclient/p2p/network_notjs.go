//go:build !js

package p2p

// watchPlatform never calls changed: only browsers report that the network has
// changed.
func watchPlatform(func(networkChanged bool)) (stop func()) { return func() {} }
