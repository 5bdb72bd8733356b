package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"
)

// Brotli takes a second at 5 and most of a minute at 11, for a client a
// tenth smaller.
const (
	brotliQuick   = 5
	brotliRelease = 11
)

// publish writes client.wasm and its compressed copies into dist, unless those
// of this client are there already, compressed as well or better. The file client.wasm.sum names the client
// and the compression level. It is written last, so that an interrupted build is
// repeated.
func publish(dist string, client []byte, release bool) error {
	level := brotliQuick
	if release {
		level = brotliRelease
	}
	sum := sha256.Sum256(client)
	stampOf := func(level int) string { return fmt.Sprintf("%s brotli %d\n", hex.EncodeToString(sum[:]), level) }
	path, stamp := filepath.Join(dist, "client.wasm"), stampOf(level)
	if current(path, stamp) || current(path, stampOf(brotliRelease)) {
		return nil
	}
	zipped, err := compress(client, func(w io.Writer) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	})
	if err != nil {
		return fmt.Errorf("compress with gzip: %w", err)
	}
	packed, err := compress(client, func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterLevel(w, level), nil
	})
	if err != nil {
		return fmt.Errorf("compress with brotli: %w", err)
	}
	for _, file := range []struct {
		path    string
		content []byte
	}{{path, client}, {path + ".gz", zipped}, {path + ".br", packed}, {path + ".sum", []byte(stamp)}} {
		if err := replace(file.path, file.content); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Base(file.path), err)
		}
	}
	return nil
}

// current reports whether the client at path has this stamp and all files are
// there.
func current(path, stamp string) bool {
	for _, suffix := range []string{"", ".gz", ".br"} {
		if _, err := os.Stat(path + suffix); err != nil {
			return false
		}
	}
	was, err := os.ReadFile(path + ".sum") //nolint:gosec // written by publish
	return err == nil && string(was) == stamp
}

func compress(content []byte, newWriter func(io.Writer) (io.WriteCloser, error)) ([]byte, error) {
	var out bytes.Buffer
	writer, err := newWriter(&out)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// replace replaces a file in one step: a reader gets the old content or the new,
// never a part.
func replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // there only if it was not renamed
	_, err = file.Write(content)
	if err := errors.Join(err, file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// report prints the client's sizes.
func report(out io.Writer, dist string) error {
	for _, name := range []string{"client.wasm", "client.wasm.gz", "client.wasm.br"} {
		info, err := os.Stat(filepath.Join(dist, name))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%-16s %6.2f MB\n", name, float64(info.Size())/1e6); err != nil {
			return err
		}
	}
	return nil
}
