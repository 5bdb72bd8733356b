package ui

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const (
	// movedEvery is how often the progress of a transfer is posted.
	movedEvery = 500 * time.Millisecond
	// rateOver is over how many of those times its rate is measured.
	rateOver = 6
)

// transfers are the files of one chat. Its methods are safe for concurrent use, and none
// blocks.
type transfers struct {
	search int
	post   func(Event)

	mu       sync.Mutex // guards the following fields
	room     *p2p.Room  // nil: nobody is found
	ctx      context.Context
	underWay map[transferKey]*p2p.FileTransfer
	stopped  map[int]bool // messages whose transfers the person has stopped
}

// transferKey names a transfer by the message that shows it and the slot of the other side.
type transferKey struct{ message, slot int }

func newTransfers(search int, post func(Event)) *transfers {
	return &transfers{search: search, post: post, underWay: map[transferKey]*p2p.FileTransfer{}, stopped: map[int]bool{}}
}

// open lets files pass in a room until ctx ends.
func (t *transfers) open(ctx context.Context, room *p2p.Room) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ctx, t.room = ctx, room
}

// perform begins an effect about files, and returns at once.
func (t *transfers) perform(effect Effect) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, room := t.ctx, t.room
	if stop, is := effect.(StopFile); is {
		t.stopped[stop.Message] = true
		for key, transfer := range t.underWay {
			if key.message == stop.Message {
				transfer.Cancel(p2p.FileStopped)
			}
		}
		return
	}
	if room == nil {
		return
	}
	switch effect := effect.(type) {
	case SendFile:
		for _, member := range room.Members() {
			if slices.Contains(effect.Slots, member.Slot) {
				go t.run(transferKey{effect.Message, member.Slot}, func() (*p2p.FileTransfer, error) {
					return room.SendFile(ctx, member.ID, effect.Source)
				})
			}
		}
	case TakeFile:
		go t.run(transferKey{effect.Message, effect.Slot}, func() (*p2p.FileTransfer, error) {
			transfer, err := room.AcceptFile(ctx, effect.Offer, effect.Sink)
			if err != nil {
				effect.Sink.Discard()
			}
			return transfer, err
		})
	case RefuseFile:
		go func() { _ = room.DeclineFile(ctx, effect.Offer) }() // the partner is gone, or waits on
	}
}

// run begins a transfer, and posts how far it is until it is over.
func (t *transfers) run(key transferKey, begin func() (*p2p.FileTransfer, error)) {
	transfer, err := begin()
	if err != nil {
		t.post(fileEnd(t.search, key, 0, err))
		return
	}
	t.mu.Lock()
	t.underWay[key] = transfer
	if t.stopped[key.message] {
		transfer.Cancel(p2p.FileStopped)
	}
	t.mu.Unlock()
	t.watch(key, transfer)
	t.mu.Lock()
	delete(t.underWay, key)
	t.mu.Unlock()
	t.post(fileEnd(t.search, key, transfer.Moved(), transfer.Wait()))
}

func (t *transfers) watch(key transferKey, transfer *p2p.FileTransfer) {
	select {
	case <-transfer.Accepted():
	case <-transfer.Done():
		return
	}
	ticker := time.NewTicker(movedEvery)
	defer ticker.Stop()
	moved := []uint64{0}
	for {
		now := transfer.Moved()
		moved = append(moved[max(0, len(moved)-rateOver):], now)
		t.post(FileNews{t.search, key.message, key.slot, Transfer{Stage: FileMoving, Moved: now, Rate: rate(moved)}})
		select {
		case <-ticker.C:
		case <-transfer.Done():
			return
		}
	}
}

// rate returns the bytes a second of what was counted every movedEvery.
func rate(moved []uint64) uint64 {
	last := len(moved) - 1
	return uint64(float64(moved[last]-moved[0]) / (float64(last) * movedEvery.Seconds()))
}

func fileEnd(search int, key transferKey, moved uint64, err error) FileNews {
	news := FileNews{search, key.message, key.slot, Transfer{Stage: FileDone, Moved: moved}}
	if err == nil {
		return news
	}
	news.Stage = FileFailed
	var failure *p2p.FileError
	var ended *p2p.EndedError
	switch {
	case errors.As(err, &failure):
		news.Failure, news.ByPeer = failure.Reason, failure.ByPeer
		if failure.Err != nil && failure.Reason == p2p.FileStopped {
			news.Failure = fileBroken
		}
	case !errors.As(err, &ended):
		news.Failure = fileBroken
	}
	return news
}

// fileBroken is the failure of a file that could not be read or sent.
const fileBroken p2p.FileCancelReason = "broken"
