//go:build !js

package terminal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mostCopies is how many files of one name are saved in a folder.
const mostCopies = 1000

// fileSink saves a file. Until it is whole it is PATH.part, and PATH is empty, so that
// nothing else takes the name.
type fileSink struct {
	path string
	part *os.File
}

// newFileSink returns a sink for a file in a folder, or under the path of a new file. Empty:
// in the folder of this process. It never overwrites a file: if there is one, " (1)" is
// added to the name.
func newFileSink(path, name string) (*fileSink, error) {
	if info, err := os.Stat(path); path == "" || err == nil && info.IsDir() {
		path = filepath.Join(path, name)
	}
	reserved, err := reserve(path)
	if err != nil {
		return nil, err
	}
	part, err := os.OpenFile(reserved+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the file that reserve has made
	if err != nil {
		_ = os.Remove(reserved)
		return nil, err
	}
	return &fileSink{reserved, part}, nil
}

// reserve creates an empty file under that name, or one like it.
func reserve(path string) (string, error) {
	extension := filepath.Ext(path)
	stem := strings.TrimSuffix(path, extension)
	for copies := range mostCopies {
		if copies > 0 {
			path = fmt.Sprintf("%s (%d)%s", stem, copies, extension)
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a safe name, or a path that the person chose
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return path, file.Close()
	}
	return "", fmt.Errorf("save %s: %w", path, fs.ErrExist)
}

// Write implements p2p.FileSink.
func (s *fileSink) Write(data []byte) (int, error) { return s.part.Write(data) }

// Complete implements p2p.FileSink.
func (s *fileSink) Complete() error {
	if err := s.part.Close(); err != nil {
		return err
	}
	return os.Rename(s.part.Name(), s.path)
}

// Discard implements p2p.FileSink.
func (s *fileSink) Discard() {
	_ = s.part.Close()
	_ = os.Remove(s.part.Name())
	_ = os.Remove(s.path)
}
