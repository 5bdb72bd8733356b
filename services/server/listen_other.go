//go:build !linux

package server

import "net"

// detectingLoss returns what opens listeners whose connections fail soon after
// the other end has vanished.
func detectingLoss() *net.ListenConfig {
	return &net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: pingAfter, Interval: pingTimeout, Count: pingCount}}
}
