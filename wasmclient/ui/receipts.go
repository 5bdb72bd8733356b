package ui

import (
	"slices"
	"sync"
	"time"
)

const (
	// receiptEvery is how long the ids of received messages are gathered for one receipt.
	receiptEvery = 200 * time.Millisecond
	// maxReceipt is how many ids one receipt has, and maxOwed how many wait for the next
	// ones. More come only from a partner who is faster than any person.
	maxReceipt, maxOwed = 64, 256
	// longestID is the bound of chat.v1 for a message id, in bytes.
	longestID = 64
)

// receipts gathers the ids of the messages to confirm. Safe for concurrent use.
type receipts struct {
	due chan struct{} // signaled when it is time to take

	mu      sync.Mutex // guards the following fields
	ids     []string
	waiting bool // due will be signaled
}

func newReceipts() *receipts {
	return &receipts{due: make(chan struct{}, 1)}
}

// add notes a message. A stranger chose its id: one that is empty or longer than
// allowed is not confirmed, nor is one of too many.
func (r *receipts) add(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id == "" || len(id) > longestID || len(r.ids) == maxOwed || slices.Contains(r.ids, id) {
		return
	}
	r.ids = append(r.ids, id)
	r.waitLocked()
}

// waitLocked lets due be signaled unless it will be.
func (r *receipts) waitLocked() {
	if r.waiting || len(r.ids) == 0 {
		return
	}
	r.waiting = true
	time.AfterFunc(receiptEvery, func() { r.due <- struct{}{} })
}

// take returns the ids for one receipt, oldest first.
func (r *receipts) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := min(len(r.ids), maxReceipt)
	taken := r.ids[:count:count]
	r.ids = slices.Clone(r.ids[count:])
	r.waiting = false
	r.waitLocked()
	return taken
}
