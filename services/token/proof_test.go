package token_test

import (
	"bytes"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func TestProofs(t *testing.T) {
	t.Parallel()
	file := key("a")
	ring := keyring(t, file)
	proof := ring.Proof("room", "peer")
	if len(proof) != token.ProofLength || !bytes.Equal(proof, ring.Proof("room", "peer")) {
		t.Errorf("proof %x, want the same %d bytes each time", proof, token.ProofLength)
	}
	changed := bytes.Clone(proof)
	changed[len(changed)-1] ^= 1
	for name, test := range map[string]struct {
		keys       string
		room, peer string
		proof      []byte
		want       bool
	}{
		"genuine":               {file, "room", "peer", proof, true},
		"after a rotation":      {key("b") + "\n" + file, "room", "peer", proof, true},
		"before a rotation":     {file + "\n" + key("b"), "room", "peer", proof, true},
		"after its key is gone": {key("b"), "room", "peer", proof, false},
		"another room":          {file, "room2", "peer", proof, false},
		"another peer":          {file, "room", "peer2", proof, false},
		"the ids' border moved": {file, "roomp", "eer", proof, false},
		"the ids exchanged":     {file, "peer", "room", proof, false},
		"truncated":             {file, "room", "peer", proof[:len(proof)-1], false},
		"longer":                {file, "room", "peer", append(bytes.Clone(proof), 0), false},
		"another bit":           {file, "room", "peer", changed, false},
		"zeros":                 {file, "room", "peer", make([]byte, token.ProofLength), false},
		"none":                  {file, "room", "peer", nil, false},
	} {
		if got := keyring(t, test.keys).VerifyProof(test.room, test.peer, test.proof); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
