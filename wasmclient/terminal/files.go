//go:build !js

package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const (
	// mostOffers is how many offers of the partner wait for an answer; more are declined.
	mostOffers = 8
	// progressEvery is the time between two lines about one transfer.
	progressEvery = 5 * time.Second
)

// files sends and takes files in one chat. Its methods are safe for concurrent use.
type files struct {
	room *p2p.Room
	name func(peerID string) string // of a peer
	tell func(format string, arguments ...any)
	over func(sent bool, err error) // called when a transfer is over, from its goroutine

	reports sync.WaitGroup // of transfers that have begun

	mu        sync.Mutex // guards the following fields
	offers    []offer    // that wait for an answer
	offered   int        // how many ever
	running   int        // transfers whose end is not reported yet
	transfers []*p2p.FileTransfer
}

// offer is an offer of the partner, and the number under which it can be accepted.
type offer struct {
	number  int
	message p2p.Message
	file    p2p.FileOffer
	name    string // safe
}

// unquoted returns a path without the quotes that people put around it.
func unquoted(path string) string {
	for _, quote := range []string{`"`, `'`} {
		if len(path) > 1 && strings.HasPrefix(path, quote) && strings.HasSuffix(path, quote) {
			return path[1 : len(path)-1]
		}
	}
	return path
}

// numberAndPath reads the arguments of /accept. Without a number it is 0.
func numberAndPath(rest string) (number int, path string) {
	first, after, _ := strings.Cut(rest, " ")
	if number, err := strconv.Atoi(first); err == nil {
		return number, unquoted(strings.TrimSpace(after))
	}
	return 0, unquoted(rest)
}

var (
	errNoPath     = errors.New("which file? /send PATH")
	errNotRegular = errors.New("this is no regular file")
	errNoOffer    = errors.New("no such offer")
	errAlone      = errors.New("nobody is here")
)

func (f *files) send(ctx context.Context, path string) error {
	if path == "" {
		return errNoPath
	}
	peers := f.room.Peers()
	if len(peers) == 0 {
		return errAlone
	}
	file, err := os.Open(path) //nolint:gosec // the person chose it
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", path, errNotRegular)
	}
	if err != nil {
		_ = file.Close()
		return err
	}
	name := p2p.SafeFileName(filepath.Base(path))
	var sending sync.WaitGroup
	for _, peer := range peers {
		var transfer *p2p.FileTransfer
		transfer, err = f.room.SendFile(ctx, peer.ID, p2p.FileSource{Name: name, Size: info.Size(), Content: file})
		if err != nil {
			break
		}
		f.tell("Offered %s (%s).", name, size(uint64(info.Size()))) //nolint:gosec // not negative
		f.begun()
		sending.Go(func() { f.watch(transfer, true, name, "Sent %s.") })
	}
	go func() {
		sending.Wait()
		_ = file.Close() // it was only read
	}()
	return err
}

// offer shows an offer of the partner, or declines it if too many wait.
func (f *files) offer(ctx context.Context, message p2p.Message, file p2p.FileOffer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.offers) == mostOffers {
		go func() { _ = f.room.DeclineFile(ctx, message) }()
		return
	}
	f.offered++
	one := offer{f.offered, message, file, p2p.SafeFileName(file.Name)}
	f.offers = append(f.offers, one)
	f.tell("%s offers %s (%s): /accept %d or /decline %d.", f.name(message.From), one.name, size(file.Size), one.number, one.number)
}

// received handles a message about files. It returns false for any other message.
func (f *files) received(ctx context.Context, message p2p.Message) bool {
	switch content := message.Content.(type) {
	case p2p.FileOffer:
		f.offer(ctx, message, content)
	case p2p.FileCancel:
		if one, err := f.take(func(o offer) bool { return o.message.ID == content.OfferID }); err == nil {
			f.tell("%s no longer offers %s.", f.name(message.From), one.name)
		}
	default:
		return false
	}
	return true
}

// take returns the first offer that fits, which then no longer waits.
func (f *files) take(fits func(offer) bool) (offer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.IndexFunc(f.offers, fits)
	if at < 0 {
		return offer{}, errNoOffer
	}
	one := f.offers[at]
	f.offers = slices.Delete(f.offers, at, at+1)
	return one, nil
}

func numbered(number int) func(offer) bool {
	return func(o offer) bool { return number == 0 || o.number == number }
}

func (f *files) accept(ctx context.Context, number int, path string) error {
	one, err := f.take(numbered(number))
	if err != nil {
		return err
	}
	sink, err := newFileSink(path, one.name)
	if err == nil {
		err = f.acceptInto(ctx, one, sink)
	}
	if err != nil {
		f.mu.Lock()
		f.offers = append(f.offers, one) // so that another path can be tried
		f.mu.Unlock()
	}
	return err
}

func (f *files) acceptInto(ctx context.Context, one offer, sink *fileSink) error {
	transfer, err := f.room.AcceptFile(ctx, one.message, sink)
	if err != nil {
		sink.Discard()
		return err
	}
	f.begun()
	go f.watch(transfer, false, one.name, "Saved %s as "+strings.ReplaceAll(harmless(sink.path), "%", "%%")+".")
	return nil
}

func (f *files) decline(ctx context.Context, number int) error {
	one, err := f.take(numbered(number))
	if err != nil {
		return err
	}
	return f.room.DeclineFile(ctx, one.message)
}

func (f *files) cancel() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, transfer := range f.transfers {
		transfer.Cancel(p2p.FileStopped)
	}
}

// begun notes that another transfer is on its way.
func (f *files) begun() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running++
	f.reports.Add(1)
}

// wait returns when the end of every transfer is reported.
func (f *files) wait() { f.reports.Wait() }

// busy reports whether a file is on its way.
func (f *files) busy() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.running > 0
}

// watch says how far a transfer is until it is over, and then how it ended.
func (f *files) watch(transfer *p2p.FileTransfer, sent bool, name, done string) {
	f.mu.Lock()
	f.transfers = append(f.transfers, transfer)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.running--
		f.transfers = slices.DeleteFunc(f.transfers, func(other *p2p.FileTransfer) bool { return other == transfer })
		f.mu.Unlock()
		f.reports.Done()
		f.over(sent, transfer.Wait())
	}()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for before := uint64(0); ; {
		select {
		case <-ticker.C:
			moved := transfer.Moved()
			if moved > before {
				f.tell("%s", progressLine(name, moved, before, transfer.Size()))
			}
			before = moved
		case <-transfer.Done():
			f.report(transfer.Wait(), name, done)
			return
		}
	}
}

func (f *files) report(err error, name, done string) {
	var failure *p2p.FileError
	switch {
	case err == nil:
		f.tell(done, name)
	case errors.As(err, &failure) && failure.Reason == p2p.FileDeclined:
		f.tell("%s was declined.", name)
	case errors.As(err, &failure) && failure.ByPeer && failure.Reason == p2p.FileStopped:
		f.tell("%s was canceled by the other side.", name)
	default:
		f.tell("%s did not arrive: %v", name, err)
	}
}

// progressLine says how much has moved, how fast since the line before, and how long the
// rest takes.
func progressLine(name string, moved, before, all uint64) string {
	rate := float64(moved-before) / progressEvery.Seconds()
	left := time.Duration(float64(all-moved) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%s: %s of %s, %s/s, %v left", name, size(moved), size(all), size(uint64(rate)), left)
}

// size returns a number of bytes in words.
func size(bytes uint64) string {
	const step = 1000
	value, unit := float64(bytes), "B"
	for _, larger := range []string{"KB", "MB", "GB", "TB"} {
		if value < step {
			break
		}
		value, unit = value/step, larger
	}
	if unit == "B" || value >= 100 {
		return fmt.Sprintf("%.0f %s", value, unit)
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}
