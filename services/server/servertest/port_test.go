package servertest

import "testing"

func TestAPortIsKept(t *testing.T) {
	t.Parallel()
	if port := FreePort(t); reserve(t, port) {
		t.Errorf("two tests may use port %d", port)
	}
}
