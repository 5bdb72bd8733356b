package filetransfer

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"

const (
	// HashSize is the length of a hash in bytes.
	HashSize = 32
	// pieceSize is how much of a file is hashed at once. A browser hashes only what is in
	// memory as a whole, outside the thread of the page.
	pieceSize = 1 << 20
)

// Hash computes the hash of a file for FileEnd: the SHA-256 of its first MiB, and then of
// each further MiB with the hash before it in front. The zero value is that of an empty
// file. It is not safe for concurrent use.
type Hash struct {
	before []byte // the hash of all pieces that are hashed; nil: none is
	piece  []byte // its hash is due when it is full and more comes
}

// Write adds the next bytes of the file. In a browser it may wait for the browser, so it
// must not be called in a callback.
func (h *Hash) Write(data []byte) {
	for len(data) > 0 {
		if len(h.piece) == len(h.before)+pieceSize {
			h.next()
		}
		fits := min(len(data), len(h.before)+pieceSize-len(h.piece))
		h.piece = append(h.piece, data[:fits]...)
		data = data[fits:]
	}
}

func (h *Hash) next() {
	sum := platform.SHA256(h.piece)
	h.before = sum[:]
	h.piece = append(h.piece[:0], h.before...)
}

// Sum returns the hash of all that was written. Nothing may be written afterwards.
func (h *Hash) Sum() []byte {
	sum := platform.SHA256(h.piece)
	return sum[:]
}
