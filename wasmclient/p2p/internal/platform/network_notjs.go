//go:build !js

package platform

// WatchNetwork never calls changed: only browsers report that the network has
// changed.
func WatchNetwork(func(networkChanged bool)) (stop func()) { return func() {} }
