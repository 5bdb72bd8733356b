package readme

import (
	"testing"

	"golang.org/x/sys/unix"
)

// leaveNetwork puts the calling thread, and the programs it starts, into a
// network that has only a loopback interface. It does nothing without root.
func leaveNetwork(t *testing.T) {
	t.Helper()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Logf("ports are those of this machine: %v", err)
		return
	}
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(socket) })
	loopback, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	loopback.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, loopback); err != nil {
		t.Fatalf("bring up the loopback: %v", err)
	}
}
