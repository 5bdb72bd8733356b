package domnet

import (
	"syscall/js"
	"testing"
)

// TestSelectedCandidateTypes plays browsers that tell more or less.
func TestSelectedCandidateTypes(t *testing.T) {
	for name, test := range map[string]struct {
		connection    string
		local, remote string
	}{
		"Chromium": {
			`{sctp: {transport: {iceTransport: {getSelectedCandidatePair: () => ({local: {type: "host"}, remote: {type: "srflx"}})}}}}`, "host", "srflx",
		},
		"no pair yet":         {`{sctp: {transport: {iceTransport: {getSelectedCandidatePair: () => null}}}}`, "", ""},
		"Firefox":             {`{sctp: {transport: {iceTransport: {}}}}`, "", ""},
		"no transport at all": {`{sctp: null}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			connection := js.Global().Call("eval", "("+test.connection+")")
			if local, remote := SelectedCandidateTypes(connection); local != test.local || remote != test.remote {
				t.Errorf("got %q and %q, want %q and %q", local, remote, test.local, test.remote)
			}
		})
	}
}
