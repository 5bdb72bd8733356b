//go:build !linux

package server

import "syscall"

// setUserTimeout does nothing, because the system has no such option. Keep-alive
// detects dead connections instead.
func setUserTimeout(_, _ string, _ syscall.RawConn) error { return nil }
