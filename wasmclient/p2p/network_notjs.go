//go:build !js

package p2p

// watchPlatform has nothing to tell: only browsers say when the network changes.
func watchPlatform(func(networkChanged bool)) (stop func()) { return func() {} }
