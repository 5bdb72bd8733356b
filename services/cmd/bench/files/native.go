// Package files measures how fast a file passes from peer to peer, and how fast the same
// bytes pass a bare data channel, natively and in a browser.
package files

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// message is the length of the messages of a bare channel: that of a FileChunk's data.
const message = 16 << 10

// Pair passes bytes between two peers.
type Pair interface {
	// Pass returns how long that many bytes took.
	Pass(ctx context.Context, size int) (time.Duration, error)
	Close()
}

// room is two peers of the SDK.
type room struct{ rooms [2]*p2p.Room }

// NewRoom lets two peers of the SDK meet.
func NewRoom(ctx context.Context, url string) (Pair, error) {
	var pair room
	met := make(chan error, len(pair.rooms))
	for i := range pair.rooms {
		go func() {
			var err error
			pair.rooms[i], err = p2p.NewClient(url).Find(ctx)
			met <- err
		}()
	}
	if err := errors.Join(<-met, <-met); err != nil {
		pair.Close()
		return nil, fmt.Errorf("let two peers meet: %w", err)
	}
	return &pair, nil
}

// Pass is timed from the answer to the offer until the sender knows that all has arrived.
func (r *room) Pass(ctx context.Context, size int) (time.Duration, error) {
	outgoing, err := r.rooms[0].SendFile(ctx, r.rooms[0].Peers()[0].ID, p2p.FileSource{Name: "zeros", Size: int64(size), Content: zeros{}})
	if err != nil {
		return 0, err
	}
	for offer, err := range r.rooms[1].Messages() {
		if err != nil {
			return 0, err
		}
		began := time.Now()
		if _, err := r.rooms[1].AcceptFile(ctx, offer, nowhere{}); err != nil {
			return 0, err
		}
		err := outgoing.Wait()
		return time.Since(began), err
	}
	return 0, errors.New("no offer came")
}

func (r *room) Close() {
	for _, room := range r.rooms {
		if room != nil {
			_ = room.Close()
		}
	}
}

type zeros struct{}

func (zeros) ReadAt(data []byte, _ int64) (int, error) { return len(data), nil }

type nowhere struct{}

func (nowhere) Write(data []byte) (int, error) { return len(data), nil }
func (nowhere) Complete() error                { return nil }
func (nowhere) Discard()                       {}

// bare is two connections of pion with one data channel and no protocol.
type bare struct {
	connections [2]*webrtc.PeerConnection
	channels    [2]*webrtc.DataChannel
	drained     chan struct{}
	received    chan int
}

// The sender waits while more than highWater bytes are buffered, until lowWater are: as the
// SDK does.
const highWater, lowWater = 1 << 20, 256 << 10

// NewBare connects two peers of pion with its default settings.
func NewBare(ctx context.Context) (Pair, error) {
	b := &bare{drained: make(chan struct{}, 1), received: make(chan int, 1<<10)}
	opened := make(chan struct{}, 2)
	for i := range b.connections {
		connection, err := webrtc.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			return nil, err
		}
		negotiated, id := true, uint16(0)
		channel, err := connection.CreateDataChannel("", &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
		if err != nil {
			return nil, err
		}
		channel.OnOpen(func() { opened <- struct{}{} })
		b.connections[i], b.channels[i] = connection, channel
	}
	b.channels[0].SetBufferedAmountLowThreshold(lowWater)
	b.channels[0].OnBufferedAmountLow(func() {
		select {
		case b.drained <- struct{}{}:
		default:
		}
	})
	b.channels[1].OnMessage(func(message webrtc.DataChannelMessage) { b.received <- len(message.Data) })
	if err := connect(b.connections[0], b.connections[1]); err != nil {
		b.Close()
		return nil, fmt.Errorf("connect two peers of pion: %w", err)
	}
	for range b.connections {
		select {
		case <-opened:
		case <-ctx.Done():
			b.Close()
			return nil, ctx.Err()
		}
	}
	return b, nil
}

func connect(first, second *webrtc.PeerConnection) error {
	offer, err := first.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(first)
	if err := first.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	if err := second.SetRemoteDescription(*first.LocalDescription()); err != nil {
		return err
	}
	answer, err := second.CreateAnswer(nil)
	if err != nil {
		return err
	}
	gathered = webrtc.GatheringCompletePromise(second)
	if err := second.SetLocalDescription(answer); err != nil {
		return err
	}
	<-gathered
	return first.SetRemoteDescription(*second.LocalDescription())
}

// Pass is timed until the receiver has all.
func (b *bare) Pass(ctx context.Context, size int) (time.Duration, error) {
	began, failed := time.Now(), make(chan error, 1)
	go func() { failed <- b.send(size) }()
	for received := 0; received < size; {
		select {
		case length := <-b.received:
			received += length
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return time.Since(began), <-failed
}

func (b *bare) send(size int) error {
	data := make([]byte, message)
	for sent := 0; sent < size; sent += len(data) {
		for b.channels[0].BufferedAmount() > highWater {
			<-b.drained
		}
		if err := b.channels[0].Send(data[:min(len(data), size-sent)]); err != nil {
			return err
		}
	}
	return nil
}

func (b *bare) Close() {
	for _, connection := range b.connections {
		if connection != nil {
			_ = connection.Close()
		}
	}
}
