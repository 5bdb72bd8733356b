package p2p

import (
	"context"
	"errors"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// looped are the two ends of a connection of this side with itself. The goroutine that
// serves work negotiates; events are posted to it.
type looped struct {
	work   *workqueue.Queue
	ends   [2]*connection
	opened [2]chan struct{}
	echoed chan struct{}
}

// loop connects to itself through a TURN server.
func loop(ctx context.Context, settings settings, ways [2]rtc.Configuration) Loop {
	if !ways[0].HasRelay() {
		return Loop{Diagnosis: Diagnosis{ConnectCandidates, CauseNoRelay}}
	}
	ctx, cancel := context.WithTimeout(ctx, settings.clock.connectLoop)
	defer cancel()
	l := &looped{work: workqueue.New(), opened: [2]chan struct{}{make(chan struct{}), make(chan struct{})}, echoed: make(chan struct{}, 1)}
	defer func() {
		for _, end := range l.ends {
			if end != nil {
				end.close("")
			}
		}
	}()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan struct{})
	began := time.Now()
	faulty := make(chan struct{})
	l.work.Post(func() {
		if l.negotiate(settings, ways) != nil {
			close(faulty)
		}
	})
	go func() {
		defer close(served)
		l.work.Serve(serving)
	}()
	defer func() { stop(); <-served }() // before the ends are closed
	for _, opened := range l.opened {
		select {
		case <-opened:
		case <-faulty:
			return Loop{}
		case <-ctx.Done():
			return Loop{Diagnosis: l.diagnose()}
		}
	}
	result := Loop{Took: time.Since(began)}
	asked := time.Now()
	_ = l.ends[0].chat.dc.Send([]byte{0}) // if that fails, nothing comes back
	select {
	case <-l.echoed:
		result.RoundTrip = time.Since(asked)
		return result
	case <-ctx.Done():
		return Loop{Diagnosis: Diagnosis{ConnectChannel, CauseChannelFailed}}
	}
}

func (l *looped) negotiate(settings settings, ways [2]rtc.Configuration) error {
	for i := range l.ends {
		ways[i].RelayOnly = true
		end, err := newConnection(settings, nil, ways[i], l.events(i))
		if err != nil {
			return err
		}
		l.ends[i] = end
	}
	offerer, answerer := l.ends[0].pc, l.ends[1].pc
	offer, err := offerer.CreateOffer(false)
	if err != nil {
		return failed("create offer", err)
	}
	if err := errors.Join(offerer.SetLocalDescription(offer), answerer.SetRemoteDescription(offer)); err != nil {
		return failed("set offer", err)
	}
	answer, err := answerer.CreateAnswer()
	if err != nil {
		return failed("create answer", err)
	}
	if err := errors.Join(answerer.SetLocalDescription(answer), offerer.SetRemoteDescription(answer)); err != nil {
		return failed("set answer", err)
	}
	return nil
}

// events returns those of one end.
func (l *looped) events(end int) connectionEvents {
	return connectionEvents{
		candidate: func(candidate *rtc.Candidate) {
			if candidate != nil { // comes after both descriptions: negotiate runs before it
				l.work.Post(func() { _ = l.ends[1-end].pc.AddICECandidate(*candidate) })
			}
		},
		opened: func() { close(l.opened[end]) },
		message: func(_ bool, data []byte) {
			if end == 0 {
				workqueue.Signal(l.echoed)
				return
			}
			l.work.Post(func() { _ = l.ends[1].chat.dc.Send(data) })
		},
		state: func() {}, closed: func() {},
	}
}

// diagnose says why the loop did not open, which either end may know.
func (l *looped) diagnose() Diagnosis {
	result := make(chan Diagnosis, 1)
	l.work.Post(func() {
		var diagnosis Diagnosis
		for _, end := range l.ends {
			if end != nil {
				diagnosis = end.diagnose(true)
			}
			if diagnosis.Stage == ConnectCandidates {
				break
			}
		}
		result <- diagnosis
	})
	return <-result
}
