package filetransfer

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// wire is what is under way between the two sides of a transfer.
type wire struct {
	bulk []func()
	acks []uint64
}

// transfer passes a file over a wire on which random steps happen in random order: things
// arrive, time passes, and the connection is replaced, which loses what is under way on bulk.
type transfer struct {
	random   *rand.Rand
	now      time.Time
	file     []byte
	outgoing *Outgoing
	incoming *Incoming
	wire     wire
	stored   []byte
	taken    [][]byte
	complete bool
}

func (m *transfer) send() {
	if offset, length := m.outgoing.Next(); length > 0 {
		data := m.file[offset : offset+uint64(length)]
		m.wire.bulk = append(m.wire.bulk, func() {
			if part, _ := m.incoming.Chunk(offset, data); part != nil {
				m.taken = append(m.taken, part)
			}
		})
		m.outgoing.Sent(offset, length, m.now)
	} else if m.outgoing.EndDue() {
		m.wire.bulk = append(m.wire.bulk, func() {
			_ = m.incoming.End(make([]byte, HashSize))
			if m.complete {
				m.wire.acks = append(m.wire.acks, uint64(len(m.file)))
			}
		})
		m.outgoing.EndSent(m.now)
	} else {
		m.outgoing.Stalled(m.now)
	}
}

func (m *transfer) arrive() {
	if len(m.wire.bulk) > 0 {
		deliver := m.wire.bulk[0]
		m.wire.bulk = m.wire.bulk[1:]
		deliver()
	}
}

func (m *transfer) store() {
	if len(m.taken) > 0 {
		m.stored = append(m.stored, m.taken[0]...)
		m.incoming.Stored(len(m.taken[0]))
		m.taken = m.taken[1:]
	}
	if offset, due, _ := m.incoming.Ack(m.now); due {
		m.wire.acks = append(m.wire.acks, offset)
	}
	if _, complete := m.incoming.Complete(); complete && !m.complete {
		m.complete = true
		m.wire.acks = append(m.wire.acks, m.incoming.Progress())
	}
}

func (m *transfer) acknowledge() {
	if len(m.wire.acks) > 0 {
		m.outgoing.Ack(m.wire.acks[0], m.now)
		m.wire.acks = m.wire.acks[1:]
	}
}

// lose replaces the connection: what is under way is lost, and with it perhaps the acks.
func (m *transfer) lose(noticed bool) {
	m.wire.bulk = nil
	if m.random.IntN(2) == 0 {
		m.wire.acks = nil
	}
	if noticed {
		m.outgoing.Rewind()
	}
}

// TestEveryByteArrivesWhateverIsLost lets connections be replaced at any moment, noticed by
// the sender or not, and checks that the file arrives whole once nothing more is lost.
func TestEveryByteArrivesWhateverIsLost(t *testing.T) {
	t.Parallel()
	for range 100 {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0))
		file := make([]byte, random.IntN(1<<19))
		if random.IntN(10) == 0 {
			file = file[:0]
		}
		for i := range file {
			file[i] = byte(random.Uint32())
		}
		m := &transfer{random: random, now: time.Now(), file: file}
		size := uint64(len(file))
		m.outgoing, m.incoming = NewOutgoing(size), NewIncoming(size, m.now)
		losses := random.IntN(6)
		for steps := 0; !m.outgoing.Done(); steps++ {
			if steps == 200_000 {
				t.Fatalf("seed %d: %d of %d bytes are stored, %d confirmed, and nothing goes on", seed, len(m.stored), size, m.outgoing.Acked())
			}
			m.now = m.now.Add(time.Duration(random.IntN(20)) * time.Millisecond)
			switch random.IntN(8) {
			case 0, 1:
				m.send()
			case 2, 3:
				m.arrive()
			case 4, 5:
				m.store()
			case 6:
				m.acknowledge()
			case 7:
				if losses > 0 && random.IntN(50) == 0 {
					losses--
					m.lose(random.IntN(2) == 0)
				}
			}
			if m.outgoing.Acked() > uint64(len(m.stored)) {
				t.Fatalf("seed %d: %d bytes are confirmed, %d stored", seed, m.outgoing.Acked(), len(m.stored))
			}
		}
		if !m.complete || !bytes.Equal(m.stored, file) {
			t.Fatalf("seed %d: the file that arrived is another one", seed)
		}
	}
}

func TestAckOfAStranger(t *testing.T) {
	t.Parallel()
	now := time.Now()
	o := NewOutgoing(10 * ChunkSize)
	for range 4 {
		offset, length := o.Next()
		o.Sent(offset, length, now)
	}
	for _, test := range []struct {
		name   string
		offset uint64
		useful bool
		acked  uint64
	}{
		{"what is stored", 2 * ChunkSize, true, 2 * ChunkSize},
		{"falling", ChunkSize, false, 2 * ChunkSize},
		{"what was not sent", 5 * ChunkSize, false, 2 * ChunkSize},
		{"beyond the file", 1 << 63, false, 2 * ChunkSize},
		{"inside a chunk", 2*ChunkSize + 5, true, 2*ChunkSize + 5},
	} {
		if useful := o.Ack(test.offset, now); useful != test.useful || o.Acked() != test.acked {
			t.Errorf("%s: useful %v, confirmed %d, want %v, %d", test.name, useful, o.Acked(), test.useful, test.acked)
		}
	}
	if o.Done() {
		t.Error("done without the end")
	}
}

func TestARepeatedAckGoesBackOncePerWhile(t *testing.T) {
	t.Parallel()
	now := time.Now()
	o := NewOutgoing(100 * ChunkSize)
	send := func() (offset uint64) {
		offset, length := o.Next()
		o.Sent(offset, length, now)
		return offset
	}
	send()
	send()
	o.Ack(ChunkSize, now)
	o.Ack(ChunkSize, now)
	if offset := send(); offset != ChunkSize {
		t.Errorf("sent %d again, want %d", offset, ChunkSize)
	}
	o.Ack(ChunkSize, now)
	if offset := send(); offset != 2*ChunkSize {
		t.Errorf("sent %d after an ack that crossed, want %d", offset, 2*ChunkSize)
	}
	now = now.Add(repeatPause)
	o.Ack(ChunkSize, now)
	if offset := send(); offset != ChunkSize {
		t.Errorf("sent %d after a while, want %d", offset, ChunkSize)
	}
}

func TestChunksOfAStranger(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		offset uint64
		length int
		part   int // -1: nothing
		err    error
	}{
		{"next", 100, 50, 50, nil},
		{"again", 0, 100, -1, nil},
		{"partly again", 50, 100, 50, nil},
		{"gap", 101, 10, -1, nil},
		{"empty", 100, 0, -1, nil},
		{"up to the end", 100, 900, 900, nil},
		{"beyond the end", 100, 901, -1, ErrBeyond},
		{"far beyond", 1<<64 - 1, 2, -1, ErrBeyond},
	} {
		i := NewIncoming(1000, time.Now())
		if _, err := i.Chunk(0, make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		part, err := i.Chunk(test.offset, make([]byte, test.length))
		if !errors.Is(err, test.err) || (part == nil) != (test.part < 0) || part != nil && len(part) != test.part {
			t.Errorf("%s: %d bytes, %v, want %d, %v", test.name, len(part), err, test.part, test.err)
		}
	}
}

func TestWaste(t *testing.T) {
	t.Parallel()
	i := NewIncoming(1<<40, time.Now())
	count := 0
	for ; !i.Wasteful(); count++ {
		_, _ = i.Chunk(1<<39, nil)
	}
	if want := wasteAllowed/wasteOfMessage + 1; count != want {
		t.Errorf("wasteful after %d empty chunks, want %d", count, want)
	}
	if _, _ = i.Chunk(0, make([]byte, 2*wasteOfMessage)); i.Wasteful() {
		t.Error("wasteful although the file goes on")
	}
}

func TestEndOfAStranger(t *testing.T) {
	t.Parallel()
	i := NewIncoming(100, time.Now())
	if err := i.End(make([]byte, 31)); !errors.Is(err, ErrBeyond) {
		t.Errorf("a short hash: %v", err)
	}
	first := bytes.Repeat([]byte{1}, HashSize)
	if err := i.End(first); err != nil {
		t.Errorf("an early end: %v", err)
	}
	if _, err := i.Chunk(0, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	i.Stored(100)
	if _, complete := i.Complete(); complete {
		t.Error("complete by an end that came before the last chunk")
	}
	_ = i.End(first)
	_ = i.End(bytes.Repeat([]byte{2}, HashSize))
	if hash, complete := i.Complete(); !complete || !bytes.Equal(hash, first) {
		t.Errorf("complete %v with %x, want the first hash", complete, hash)
	}
}

func TestHashIsAChain(t *testing.T) {
	t.Parallel()
	data := make([]byte, 3*pieceSize+5)
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	for _, length := range []int{0, 1, pieceSize - 1, pieceSize, pieceSize + 1, 2 * pieceSize, len(data)} {
		var want []byte
		for rest, first := data[:length], true; first || len(rest) > 0; first = false {
			piece := rest[:min(len(rest), pieceSize)]
			sum := sha256.Sum256(append(append([]byte{}, want...), piece...))
			want, rest = sum[:], rest[len(piece):]
		}
		var hash Hash
		for rest := data[:length]; len(rest) > 0; {
			part := min(len(rest), 1+rand.IntN(300_000))
			hash.Write(rest[:part])
			rest = rest[part:]
		}
		if got := hash.Sum(); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %x, want %x", length, got, want)
		}
	}
}
