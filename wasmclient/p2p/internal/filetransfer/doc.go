// Package filetransfer has the rules by which a file passes between two peers: which chunk
// is sent next, which are taken, and what is confirmed. It sends nothing and has no clock.
//
//	sender                         receiver
//	FileChunk 0 … n      ──bulk──▶
//	                     ◀──chat── FileAck: stored up to here
//	FileEnd: the hash    ──bulk──▶
//	                     ◀──chat── FileAck: all of it, and the hash is right
package filetransfer

import "time"

const (
	// ChunkSize is how many bytes of the file one FileChunk carries: the bound of chat.v1.
	ChunkSize = 16 << 10
	// ackEvery is after how many bytes the receiver confirms, ackWithin how long fewer wait.
	ackEvery  = 256 << 10
	ackWithin = time.Second
	// repeatPause is the pause between two FileAcks of one offset, and between two times
	// that the sender goes back for one: all that is under way may ask for it.
	repeatPause = 250 * time.Millisecond
	// stallAfter is how long the sender waits for a FileAck before it goes back by itself.
	stallAfter = 5 * time.Second
	// wasteAllowed is how many bytes that came already may come again: twice what a
	// connection buffers and a peer gives credit for. Each message costs at least
	// wasteOfMessage.
	wasteAllowed   = 8 << 20
	wasteOfMessage = 1 << 10
)
