//go:build !linux

package server

import "syscall"

// setUserTimeout does nothing where the system has no such option; keep-alive
// serves.
func setUserTimeout(_, _ string, _ syscall.RawConn) error { return nil }
