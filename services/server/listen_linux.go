package server

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// setUserTimeout sets how long sent data may stay unacknowledged (RFC 5482).
// Accepted connections inherit it.
func setUserTimeout(_, _ string, socket syscall.RawConn) error {
	var failed error
	err := socket.Control(func(descriptor uintptr) {
		failed = unix.SetsockoptInt(int(descriptor), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
