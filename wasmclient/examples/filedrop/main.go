// Command filedrop passes a file from one machine to another. Both sides name the same word:
//
//	go run ./wasmclient/examples/filedrop http://localhost:8080 WORD FILE   sends it
//	go run ./wasmclient/examples/filedrop http://localhost:8080 WORD        saves it in this folder
//
// Whoever knows the word can take the place of either side, so choose one that nobody guesses.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		fmt.Fprintln(os.Stderr, "Usage: go run ./wasmclient/examples/filedrop URL WORD [FILE]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "filedrop:", err)
		os.Exit(1)
	}
}

// run meets the other side in a pool that is named by a hash of the word, so that the server
// does not learn the word.
func run(ctx context.Context, url, word string, file []string, out io.Writer) error {
	pool := fmt.Sprintf("filedrop-%x", sha256.Sum256([]byte("filedrop "+word)))[:40]
	fmt.Fprintln(out, "Waiting for the other side…")
	room, err := p2p.NewClient(url, p2p.WithPool(pool)).Find(ctx)
	if err != nil {
		return err
	}
	defer room.Close()
	if len(file) > 0 {
		return send(ctx, room, file[0], out)
	}
	return receive(ctx, room, out)
}

func send(ctx context.Context, room *p2p.Room, path string, out io.Writer) error {
	file, err := os.Open(path) //nolint:gosec // the person chose it
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	peers := room.Peers()
	if len(peers) == 0 {
		return errors.New("the other side has left")
	}
	transfer, err := room.SendFile(ctx, peers[0].ID, p2p.FileSource{Name: filepath.Base(path), Size: info.Size(), Content: file})
	if err != nil {
		return err
	}
	return watch(transfer, out)
}

// receive saves the first file that the other side offers.
func receive(ctx context.Context, room *p2p.Room, out io.Writer) error {
	defer context.AfterFunc(ctx, func() { _ = room.Close() })()
	for message, err := range room.Messages() {
		if err != nil {
			return err
		}
		offer, ok := message.Content.(p2p.FileOffer)
		if !ok {
			continue
		}
		sink, err := newSink(p2p.SafeFileName(offer.Name))
		if err != nil {
			return errors.Join(err, room.DeclineFile(ctx, message))
		}
		fmt.Fprintf(out, "Receiving %s.\n", sink.path)
		transfer, err := room.AcceptFile(ctx, message, sink)
		if err != nil {
			sink.Discard()
			return err
		}
		return watch(transfer, out)
	}
	return nil
}

// watch prints how far a transfer is until it is over.
func watch(transfer *p2p.FileTransfer, out io.Writer) error {
	for {
		select {
		case <-time.After(time.Second):
			fmt.Fprintf(out, "%d of %d KB\n", transfer.Moved()/1000, transfer.Size()/1000)
		case <-transfer.Done():
			if err := transfer.Wait(); err != nil {
				return err
			}
			fmt.Fprintln(out, "Done.")
			return nil
		}
	}
}

// sink saves a file under its name when it is whole, and never replaces one.
type sink struct {
	*os.File
	path string
}

func newSink(name string) (*sink, error) {
	if _, err := os.Lstat(name); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("save %s: %w", name, errors.Join(err, os.ErrExist))
	}
	file, err := os.CreateTemp(".", ".filedrop-*")
	return &sink{file, name}, err
}

// Complete implements p2p.FileSink. Unlike a rename, a link does not replace a file that has
// come meanwhile.
func (s *sink) Complete() error {
	return errors.Join(s.Close(), os.Link(s.Name(), s.path), os.Remove(s.Name()))
}

// Discard implements p2p.FileSink.
func (s *sink) Discard() {
	_ = s.Close()
	_ = os.Remove(s.Name())
}
