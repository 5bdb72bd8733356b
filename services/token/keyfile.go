package token

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/smallfile"
)

// LoadKeyFile reads the keyring at path. It refuses a file that anybody can
// write.
func LoadKeyFile(path string) (*Keyring, error) {
	text, err := readKeyFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	ring, err := ParseKeyring(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return ring, nil
}

func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o002 != 0 {
		return nil, fmt.Errorf("%s: anybody can write it: chmod o-w it, and put other keys into it", path)
	}
	return smallfile.Read(path)
}

// LoadOrMakeKeyFile reads the keyring at path. If there is none, it creates one
// that only its owner can read. Several processes may call it at once; all get
// the same keys.
func LoadOrMakeKeyFile(path string) (*Keyring, error) {
	ring, err := LoadKeyFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, err
	}
	if err := makeKeyFile(path); err != nil {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	return LoadKeyFile(path)
}

// makeKeyFile links a complete file into place, so that no process reads a part
// of it, and the first process wins.
func makeKeyFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) //nolint:errcheck // best effort
	_, err = temporary.Write(NewKeyFile())
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// DefaultKeyFile returns the path of the keys of a program that runs all
// services: in the user's state directory (XDG Base Directory Specification), or
// in the configuration directory on systems without one.
func DefaultKeyFile() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "wasmp2pchat", "token.keys"), nil
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "state", "wasmp2pchat", "token.keys"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the state directory: %w", err)
	}
	return filepath.Join(dir, "wasmp2pchat", "token.keys"), nil
}
