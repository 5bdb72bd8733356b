//go:build !linux

package readme

import "testing"

// leaveNetwork does nothing: only Linux has networks for threads.
func leaveNetwork(*testing.T) {}
