//go:build !js

package platform

// acquireStreamSlot always succeeds: only browsers limit connections.
func acquireStreamSlot(string) (free func(), ok bool) { return func() {}, true }
