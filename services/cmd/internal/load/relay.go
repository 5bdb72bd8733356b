package load

import (
	"context"
	"errors"
	"fmt"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// MaxRelayed is how many signals one member can send another at once.
const MaxRelayed = 128

// Rooms are rooms of two members with open streams.
type Rooms struct {
	rooms []*room
	close context.CancelFunc
}

type room struct {
	members [2]*member
	sent    uint64 // of each member
	leave   func()
}

type member struct {
	ctx    context.Context // its calls are for the room
	person people.Person
	peer   string
	// received has the number of signals of each event; it is closed when the
	// stream has ended.
	received chan int
}

// OpenRooms opens a number of rooms, some at once.
func OpenRooms(ctx context.Context, network *Network, url string, count, atOnce int, progress *Progress) (*Rooms, error) {
	ctx, cancel := context.WithCancel(ctx)
	all := &Rooms{rooms: make([]*room, count), close: cancel}
	if _, err := Run(ctx, count, atOnce, progress, func(_ context.Context, _, number int) (err error) {
		all.rooms[number], err = openRoom(ctx, network, url)
		return err
	}); err != nil {
		all.Close()
		return nil, fmt.Errorf("open rooms: %w", err)
	}
	return all, nil
}

// Close ends the streams.
func (r *Rooms) Close() {
	r.close()
	for _, room := range r.rooms {
		if room == nil {
			continue
		}
		for _, member := range room.members {
			for range member.received { // until the stream has ended
			}
		}
		room.leave()
	}
}

// Relay sends signals in each room, one at a time and each way in turn, and
// returns how many milliseconds each took to arrive. Some rooms are used at
// once. All calls together must not send more than MaxRelayed per member.
func (r *Rooms) Relay(ctx context.Context, signals, atOnce int, progress *Progress) ([]float64, error) {
	all := make([][]float64, len(r.rooms))
	_, err := Run(ctx, len(r.rooms), atOnce, nil, func(ctx context.Context, _, number int) (err error) {
		all[number], err = Run(ctx, 2*signals, 1, progress, func(ctx context.Context, _, turn int) error {
			return r.rooms[number].relay(ctx, turn%2)
		})
		return err
	})
	var took []float64
	for _, times := range all {
		took = append(took, times...)
	}
	return took, err
}

// relay sends one signal and returns when it has arrived.
func (r *room) relay(ctx context.Context, from int) error {
	if from == 0 {
		r.sent++
	}
	sender, receiver := r.members[from], r.members[1-from]
	if _, err := sender.person.Signaling.SendSignals(sender.ctx, &signalingv1.SendSignalsRequest{
		ToPeerId: sender.peer, FirstSeq: r.sent, Signals: []*signalingv1.Signal{people.Candidate(0)},
	}); err != nil {
		return fmt.Errorf("send a signal: %w", err)
	}
	select {
	case count, open := <-receiver.received:
		if !open || count != 1 {
			return fmt.Errorf("%d signals arrived, the stream is open: %v", count, open)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openRoom lets two people find each other and join. Their streams end with ctx.
func openRoom(ctx context.Context, network *Network, url string) (*room, error) {
	var pairs room
	var leaves [2]func()
	pool := newPool()
	joined := make(chan error, 2)
	for i := range pairs.members {
		person, leave := network.Newcomer(url, url)
		leaves[i] = leave
		pairs.members[i] = &member{person: person, received: make(chan int, MaxRelayed)}
		go func() { joined <- pairs.members[i].join(ctx, pool) }()
	}
	pairs.leave = func() {
		leaves[0]()
		leaves[1]()
	}
	return &pairs, errors.Join(<-joined, <-joined)
}

// join finds the other one, joins the room and returns when Welcome has come.
func (m *member) join(ctx context.Context, pool string) error {
	match, err := m.person.Find(ctx, pool)
	if err != nil {
		close(m.received)
		return err
	}
	m.ctx = people.In(ctx, match)
	stream, err := m.person.Signaling.JoinRoom(m.ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		close(m.received)
		return fmt.Errorf("join: %w", err)
	}
	welcome := make(chan string, 1)
	go func() {
		defer close(m.received)
		defer close(welcome)
		defer stream.Close() //nolint:errcheck // it has ended
		for stream.Receive() {
			if event := stream.Msg().GetWelcome(); event != nil {
				welcome <- event.GetPeers()[0].GetPeerId()
			}
			if event := stream.Msg().GetSignalsReceived(); event != nil {
				m.received <- len(event.GetSignals())
			}
		}
	}()
	peer, welcomed := <-welcome
	if !welcomed {
		return errors.New("join: no Welcome came")
	}
	m.peer = peer
	if _, err := m.person.Signaling.ReportOutcome(m.ctx, &signalingv1.ReportOutcomeRequest{ // or the room would close
		PeerId: peer, Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{}},
	}); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
