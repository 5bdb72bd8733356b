package signalingredis_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

// TestEightSendAtOnce lets a group of eight send to each other at once, each
// call through any of three nodes: commits of one room meet all the time, and
// still each signal arrives once and in order.
func TestEightSendAtOnce(t *testing.T) {
	t.Parallel()
	const batches, size = 8, 3
	server := redistest.Start(t)
	var nodes []node
	for range 3 {
		nodes = append(nodes, start(t, server.URL()))
	}
	passes := passes(8)
	var all sync.WaitGroup
	for slot, pass := range passes {
		watch := join(t, nodes[slot%3], pass, "")
		all.Go(func() { receiveAll(t, watch, slot, len(passes)-1, batches*size) })
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(slot), 0))
			for batch := range batches {
				for peer := range passes {
					if peer != slot {
						sendTo(t, nodes[random.IntN(3)], pass, peer, 1+batch*size, size)
					}
				}
			}
		})
	}
	all.Wait()
}

// sendTo sends signals to a slot, numbered by their epochs.
func sendTo(t *testing.T, engine signaling.Engine, pass signaling.Pass, to, first, count int) {
	t.Helper()
	last, err := engine.Append(t.Context(), pass, strconv.Itoa(to), uint64(first), numbered(first, count))
	if err != nil || last != uint64(first+count-1) {
		t.Errorf("append from %d to %d: stored up to %d, %v", pass.Slot, to, last, err)
	}
}

// receiveAll reads until so many signals of each of the senders came, and fails
// unless each came once and in order.
func receiveAll(t *testing.T, watch signaling.Watch, slot, senders, each int) {
	got := map[int]uint64{}
	for complete := 0; complete < senders; {
		event, err := watch.Next(t.Context())
		if err != nil {
			t.Errorf("slot %d: %v", slot, err)
			return
		}
		signals, ok := event.(signaling.SignalsReceived)
		if !ok {
			continue
		}
		for i, signal := range signals.Signals {
			seq := signals.FirstSeq + uint64(i)
			if seq != got[signals.From]+1 || uint64(signal.Epoch) != seq {
				t.Errorf("slot %d: seq %d of slot %d with epoch %d after seq %d", slot, seq, signals.From, signal.Epoch, got[signals.From])
			}
			if got[signals.From] = seq; seq == uint64(each) {
				complete++
			}
		}
	}
}

// TestClocks lets nodes begin with wrong ideas of the time: the store's counts.
func TestClocks(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t).URL()
	skewed := func(skew time.Duration) func(*signalingredis.Config) {
		return func(c *signalingredis.Config) {
			*c = c.WithSkew(skew)
			c.JoinTimeout = 2 * time.Second
		}
	}
	begin := make(chan struct{}) // before it runs, a node knows no better
	run := func(e *signalingredis.Engine, ctx context.Context) {
		select {
		case <-begin:
			e.Run(ctx)
		case <-ctx.Done():
		}
	}
	fast, slow := startAs(t, url, run, skewed(time.Hour)), startAs(t, url, run, skewed(-time.Hour))
	both, alone := passes(2), passes(2)
	first := enter(t, fast, both[0])
	began := time.Now()
	waiting := enter(t, slow, alone[0])
	close(begin)
	enter(t, slow, both[1])
	await[signaling.PeerJoined](t, first)
	send(t, slow, both[1], 1, 3)
	receive(t, first, 1, 3)
	closed := await[signaling.RoomClosed](t, waiting)
	if took := time.Since(began); closed.Reason != signaling.ClosedPeerMissing || took < 2*time.Second || closed.At.Sub(began).Abs() > patience {
		t.Errorf("closed for %v at %v after %v, want missing after 2 s", closed.Reason, closed.At, took)
	}
	quiet(t, first)
}

// TestReadersMakeRoom sends more than an inbox holds through another node than
// the one that reads: what was delivered there makes room here.
func TestReadersMakeRoom(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := start(t, server.URL()), start(t, server.URL())
	passes := passes(2)
	in := enter(t, one, passes[0])
	enter(t, other, passes[1])
	first := 1
	for _, size := range []int{8, 60, signaling.MaxSignals, 8, 40, signaling.MaxSignals} {
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			_, err := other.Append(t.Context(), passes[1], "0", uint64(first), numbered(first, size))
			if err == nil {
				break
			}
			if !errors.Is(err, signaling.ErrInboxFull) || time.Since(began) > patience {
				t.Fatalf("append of %d from seq %d: %v", size, first, err)
			}
		}
		receive(t, in, first, size)
		first += size
	}
}

func numbered(first, count int) []signaling.Signal {
	signals := make([]signaling.Signal, count)
	for i := range signals {
		signals[i] = signaling.Signal{Epoch: uint32(first + i), Payload: signaling.Renegotiate{}}
	}
	return signals
}

// TestLostReplies loses the reply to each call after the store has done it.
// Made again, each has the same effect once.
func TestLostReplies(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	lossy, other := start(t, proxy.URL()), start(t, server.URL())
	passes := passes(3)
	in := enter(t, other, passes[1])
	enter(t, lossy, passes[2]) // so that the next commit succeeds
	again := func(name string, call func() error) {
		proxy.LoseReplies()
		if err := call(); !errors.Is(err, signaling.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", name, err)
		}
		proxy.Cut()
		for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			err := call()
			if err == nil {
				return
			}
			if !errors.Is(err, signaling.ErrUnavailable) || time.Since(began) > patience {
				t.Fatalf("%s again: %v", name, err)
			}
		}
	}
	var watch signaling.Watch
	again("join", func() (err error) {
		watch, err = lossy.Join(t.Context(), passes[0], signaling.Entry{})
		return err
	})
	defer watch.Close()
	again("append", func() error {
		_, err := lossy.Append(t.Context(), passes[0], "1", 1, numbered(1, 3))
		return err
	})
	again("report", func() error {
		_, err := lossy.Report(t.Context(), passes[0], "1", signaling.Outcome{Connected: true})
		return err
	})
	receiveThese(t, in, 3)
	again("leave", func() error { return lossy.Leave(t.Context(), passes[0]) })
	awaitState(t, in, signaling.Left)
	quiet(t, in)
}

// receiveThese reads until so many signals came and fails if one comes twice.
func receiveThese(t *testing.T, watch signaling.Watch, count int) {
	t.Helper()
	for want := uint64(1); want <= uint64(count); {
		got := await[signaling.SignalsReceived](t, watch)
		if got.FirstSeq != want {
			t.Fatalf("seq %d, want %d", got.FirstSeq, want)
		}
		want += uint64(len(got.Signals))
	}
}

// TestLostRepliesInTheBackground loses all replies while a room is due to close
// and while a stream must read: both happen once replies come again.
func TestLostRepliesInTheBackground(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	hasty := func(c *signalingredis.Config) {
		*c = c.WithLease(2 * time.Second)
		c.JoinTimeout = time.Second
	}
	lossy, other := start(t, proxy.URL(), hasty), start(t, server.URL())
	lonely, passes := passes(2), passes(2)
	waiting := enter(t, lossy, lonely[0])
	in := enter(t, lossy, passes[0])
	enter(t, other, passes[1])
	proxy.LoseReplies()
	large := signaling.Signal{Epoch: 1, Payload: signaling.Description{Type: signaling.Offer, SDP: strings.Repeat("x", signaling.MaxSDP)}}
	if _, err := other.Append(t.Context(), passes[1], "0", 1, []signaling.Signal{large, large}); err != nil { // too large to be published
		t.Fatalf("append: %v", err)
	}
	time.Sleep(1500 * time.Millisecond)
	proxy.Cut()
	if got := await[signaling.RoomClosed](t, waiting).Reason; got != signaling.ClosedPeerMissing {
		t.Errorf("closed for %v, want missing", got)
	}
	if got := await[signaling.SignalsReceived](t, in); len(got.Signals) != 2 || got.Signals[1] != large {
		t.Errorf("%d signals, want two", len(got.Signals))
	}
}

// TestJoinThatWasNotHeard loses the reply to a join that is not made again: the
// others do not wait for somebody who is not there.
func TestJoinThatWasNotHeard(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	lossy, other := start(t, proxy.URL(), lasting(time.Hour)), start(t, server.URL())
	passes := passes(3)
	in := enter(t, other, passes[1])
	knowing := enter(t, lossy, passes[2]) // so that the next commit succeeds
	next[signaling.PeerJoined](t, in)
	proxy.LoseReplies()
	if _, err := lossy.Join(t.Context(), passes[0], signaling.Entry{}); !errors.Is(err, signaling.ErrUnavailable) {
		t.Errorf("join: %v, want ErrUnavailable", err)
	}
	proxy.Cut()
	next[signaling.PeerJoined](t, in)
	awaitState(t, in, signaling.Away)
	knowing.Close()
}

// TestCloseWhileTheStoreRefuses ends a stream that the store cannot be told of:
// the others hear of it soon after it can.
func TestCloseWhileTheStoreRefuses(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := start(t, server.URL(), lasting(2*time.Second)), start(t, server.URL())
	passes, passes2 := passes(2), passes(2)
	leaving, in := enter(t, one, passes[0]), enter(t, other, passes[1])
	for slot, pass := range passes2 { // in a room that lasts, so that the node renews its lease
		enter(t, one, pass)
		if _, err := one.Report(t.Context(), pass, strconv.Itoa(1-slot), signaling.Outcome{Connected: true}); err != nil {
			t.Fatalf("report: %v", err)
		}
	}
	server.Must("REPLICAOF", "127.0.0.1", "1")
	leaving.Close()
	server.Must("REPLICAOF", "NO", "ONE")
	awaitState(t, in, signaling.Away)
}

// TestRubbish lets another program write into the store: calls on that room say
// so, and everything else goes on.
func TestRubbish(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := start(t, server.URL()), start(t, server.URL())
	good, bad, passes2 := passes(2), passes(2), passes(2)
	in := enter(t, one, good[0])
	enter(t, other, good[1])
	enter(t, one, bad[0])
	reply := server.Must("PUBSUB", "CHANNELS", "*")
	channels, err := reply.AsStrSlice()
	if err != nil || len(channels) < 2 {
		t.Fatalf("channels %v, %v", channels, err)
	}
	for _, channel := range channels {
		for _, message := range []string{"", "\n", "rubbish", "5\nab", "99999999999999999999\nx", fmt.Sprintf("%d\n%s1\n91\nx", len(good[0].RoomID), good[0].RoomID)} {
			server.Must("PUBLISH", channel, message)
		}
	}
	server.Must("HSET", roomKey(t, server, bad[0]), "version", "9.other", "state", "rubbish")
	worse := passes2[0]
	enter(t, one, worse)
	key := roomKey(t, server, worse)
	server.Must("DEL", key)
	server.Must("SET", key, "rubbish")
	var all sync.WaitGroup
	for range 20 { // in one script with calls on the good room
		all.Go(func() {
			if _, err := other.Append(t.Context(), passes2[1], "0", 1, numbered(1, 1)); err == nil {
				t.Error("appended to rubbish")
			}
		})
		all.Go(func() {
			if _, err := other.Report(t.Context(), good[1], "0", signaling.Outcome{Connected: true}); err != nil {
				t.Errorf("report beside rubbish: %v", err)
			}
		})
	}
	all.Wait()
	if _, err := other.Append(t.Context(), bad[1], "0", 1, numbered(1, 1)); err == nil || errors.Is(err, signaling.ErrUnavailable) {
		t.Errorf("append to rubbish: %v, want an error that does not pass", err)
	}
	send(t, other, good[1], 1, 3)
	receive(t, in, 1, 3)
}

// TestFencedStreamCostsNothing leaves a stream open that read much and that
// another one took over: nothing is committed for it.
func TestFencedStreamCostsNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	engine := start(t, server.URL())
	passes := passes(2)
	in := enter(t, engine, passes[0])
	enter(t, engine, passes[1])
	const many = signaling.MaxSignals * 3 / 4
	send(t, engine, passes[1], 1, many)
	receive(t, in, 1, many)
	enter(t, engine, passes[0])
	send(t, engine, passes[1], many+1, 1)
	before := versionOf(t, server, passes[0])
	time.Sleep(100 * time.Millisecond)
	if after := versionOf(t, server, passes[0]); after != before {
		t.Errorf("version %s, want %s as before", after, before)
	}
}
