// Package smallfile reads files that are small if they are what they should be.
package smallfile

import (
	"fmt"
	"io"
	"os"
)

// most is the largest small file, in bytes: hundreds of keys or certificates.
const most = 256 << 10

// Read returns the content of a file. A larger file is an error, and so is a
// device that never ends.
func Read(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return text, err
}
