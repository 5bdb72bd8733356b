package ui

import (
	"context"
	"errors"
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
	room     *p2p.Room  // nil: no partner is found
	ctx      context.Context
	underWay map[int]*p2p.FileTransfer // by message
	stopped  map[int]bool              // by the person, before there was a transfer
}

func newTransfers(search int, post func(Event)) *transfers {
	return &transfers{search: search, post: post, underWay: map[int]*p2p.FileTransfer{}, stopped: map[int]bool{}}
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
		if transfer := t.underWay[stop.Message]; transfer != nil {
			transfer.Cancel(p2p.FileStopped)
		}
		return
	}
	if room == nil {
		return
	}
	switch effect := effect.(type) {
	case SendFile:
		go t.run(effect.Message, func() (*p2p.FileTransfer, error) {
			peers := room.Peers()
			if len(peers) == 0 {
				return nil, p2p.ErrUnknownPeer
			}
			return room.SendFile(ctx, peers[0].ID, effect.Source)
		})
	case TakeFile:
		go t.run(effect.Message, func() (*p2p.FileTransfer, error) {
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
func (t *transfers) run(message int, begin func() (*p2p.FileTransfer, error)) {
	transfer, err := begin()
	if err != nil {
		t.post(fileEnd(t.search, message, 0, err))
		return
	}
	t.mu.Lock()
	t.underWay[message] = transfer
	if t.stopped[message] {
		transfer.Cancel(p2p.FileStopped)
	}
	t.mu.Unlock()
	t.watch(message, transfer)
	t.mu.Lock()
	delete(t.underWay, message)
	t.mu.Unlock()
	t.post(fileEnd(t.search, message, transfer.Moved(), transfer.Wait()))
}

func (t *transfers) watch(message int, transfer *p2p.FileTransfer) {
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
		t.post(FileNews{Search: t.search, Message: message, Stage: FileMoving, Moved: now, Rate: rate(moved)})
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

func fileEnd(search, message int, moved uint64, err error) FileNews {
	news := FileNews{Search: search, Message: message, Stage: FileDone, Moved: moved}
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
