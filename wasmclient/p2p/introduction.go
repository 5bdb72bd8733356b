package p2p

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// The bounds of an introduction: that of FindMatchRequest, and that of a batch of
// signals.
const (
	largestIntroduction = 12 << 10
	introductionSignals = 128
)

// introduction is an offer of this side that is made while it waits. The partner
// gets it with the match and answers at once. It owns its connection until a link
// adopts it or it is closed.
type introduction struct {
	epoch      uint32
	reflexive  bool // candidates of STUN servers come
	connection *connection
	came       chan struct{} // filled when a candidate has come
	gathered   chan struct{} // closed when there are no more candidates

	mu      sync.Mutex            // guards the following fields
	signals []*signalingv1.Signal // the offer and the candidates until now
	link    *link                 // that has adopted it; nil: none
}

// introduce creates a connection and its offer. Candidates follow.
func introduce(settings settings, ways rtc.Configuration, epoch uint32) (*introduction, error) {
	i := &introduction{epoch: epoch, reflexive: len(ways.Servers) > 0, came: make(chan struct{}, 1), gathered: make(chan struct{})}
	connection, err := newConnection(settings, nil, ways, connectionEvents{
		candidate: i.candidate,
		state:     func() { i.adopted(func(l *link) { l.work.Post(func() { l.stateChanged(i.connection) }) }) },
		opened:    func() { i.adopted(func(l *link) { l.opened(i.connection) }) },
		closed:    func() { i.adopted(func(l *link) { l.work.Post(func() { l.closedByPeer(i.connection) }) }) },
		message: func(bulk bool, data []byte) {
			i.adopted(func(l *link) {
				l.heard(i.connection)
				l.message(i.connection, bulk, data)
			})
		},
	})
	if err != nil {
		return nil, err
	}
	i.connection = connection
	if err := i.offer(); err != nil {
		connection.close("")
		return nil, err
	}
	return i, nil
}

func (i *introduction) offer() error {
	description, err := i.connection.pc.CreateOffer(false)
	if err != nil {
		return failed("create offer", err)
	}
	i.mu.Lock()
	i.signals = append(i.signals, descriptionSignal(i.connection.id, i.epoch, description))
	i.mu.Unlock()
	return i.connection.setLocal(description)
}

// candidate takes a candidate, which come after the offer; nil means that there
// are no more, which no partner needs to know.
func (i *introduction) candidate(candidate *rtc.Candidate) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if l := i.link; l != nil {
		l.work.Post(func() { l.sendCandidate(i.connection, candidate) })
		return
	}
	if candidate != nil {
		i.signals = append(i.signals, candidateSignal(i.connection.id, i.epoch, i.signals[0].GetDescription().GetSdp, candidate))
		workqueue.Signal(i.came)
		return
	}
	select {
	case <-i.gathered:
	default:
		close(i.gathered)
	}
}

// settle waits until no candidate has come for a moment: browsers tell the end of
// gathering a tenth of a second after the last one. It waits for those of STUN
// servers, too, but not for long.
func (i *introduction) settle(ctx context.Context, clock timeouts) {
	longest, quiet := time.NewTimer(clock.introduce), time.NewTimer(clock.introduce)
	defer longest.Stop()
	defer quiet.Stop()
	for {
		select {
		case <-i.came:
			if i.hasKinds() {
				quiet.Reset(clock.settle)
			}
		case <-i.gathered:
			return
		case <-quiet.C:
			return
		case <-longest.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// hasKinds reports whether there is a candidate of each kind that is expected.
func (i *introduction) hasKinds() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.reflexive || slices.ContainsFunc(i.signals, func(s *signalingv1.Signal) bool {
		return strings.Contains(s.GetCandidate().GetCandidate(), " typ srflx")
	})
}

// adopted calls work if a link has adopted the connection.
func (i *introduction) adopted(work func(*link)) {
	i.mu.Lock()
	l := i.link
	i.mu.Unlock()
	if l != nil {
		work(l)
	}
}

// adopt hands the connection to a link and returns the offer and the candidates
// until now. What follows goes to the link.
func (i *introduction) adopt(l *link) []*signalingv1.Signal {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.link = l
	return i.signals
}

// encode returns what the server takes, and how many signals are in it. It leaves
// out the last candidates if there are too many.
func (i *introduction) encode() (data []byte, count int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for count = min(len(i.signals), introductionSignals); count > 0; count-- {
		data, err := lite.Marshal(&signalingv1.SignalBatch{Signals: i.signals[:count]})
		if err == nil && len(data) <= largestIntroduction {
			return data, count
		}
	}
	return nil, 0
}

// close frees the connection, unless a link has adopted it.
func (i *introduction) close() {
	if i == nil {
		return
	}
	i.mu.Lock()
	adopted := i.link != nil
	i.mu.Unlock()
	if !adopted {
		i.connection.close("")
	}
}

// readIntroduction returns the signals in a partner's introduction, or nil if it is
// no batch of signals. They are as little to be trusted as any of a stranger.
func readIntroduction(data []byte) []*signalingv1.Signal {
	batch := new(signalingv1.SignalBatch)
	if len(data) > largestIntroduction || lite.Unmarshal(data, batch) != nil {
		return nil
	}
	return batch.GetSignals()[:min(len(batch.GetSignals()), introductionSignals)]
}
