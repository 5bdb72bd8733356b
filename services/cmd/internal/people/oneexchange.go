package people

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// OneExchange is the Way of the SDK: the offer and its candidates come with the
// match, the answer with the join and its candidates soon after, and one of the
// two reports for both.
func OneExchange(ctx context.Context, p Person, channel Channel, pool string) (*matchmakingv1.Matched, error) {
	ctx, cancel := context.WithCancel(ctx) // ends the streams
	defer cancel()
	offer := append([]*signalingv1.Signal{description(signalingv1.SessionDescription_TYPE_OFFER)}, candidates()...)
	introduction, err := proto.Marshal(&signalingv1.SignalBatch{Signals: offer})
	if err != nil {
		return nil, fmt.Errorf("introduce: %w", err)
	}
	match, err := p.find(ctx, pool, introduction)
	if err != nil {
		return nil, fmt.Errorf("find: %w", err)
	}
	if err := p.exchange(In(ctx, match), channel, match); err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	return match, nil
}

// exchange joins the room of ctx. The higher slot answers; the other one reports
// when it has the answer, its candidates, and the proof of the other.
func (p Person) exchange(ctx context.Context, channel Channel, match *matchmakingv1.Matched) error {
	lower := match.GetMembers()[0].GetPeerId() == match.GetPeerId()
	request := &signalingv1.JoinRoomRequest{}
	peer := match.GetMembers()[0].GetPeerId()
	if lower {
		peer = match.GetMembers()[1].GetPeerId()
	} else {
		request.FirstSignals = []*signalingv1.SignalBatch{{
			ToPeerId: peer, FirstSeq: 1, Signals: []*signalingv1.Signal{description(signalingv1.SessionDescription_TYPE_ANSWER)},
		}}
	}
	stream, err := p.Signaling.JoinRoom(ctx, request)
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the pair is confirmed
	received := 0
	for stream.Receive() {
		switch event := stream.Msg().GetEvent().(type) {
		case *signalingv1.JoinRoomResponse_Welcome:
			channel.Send <- event.Welcome.GetProof()
			if !lower {
				_, err = p.Signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peer, FirstSeq: 2, Signals: candidates()})
			}
		case *signalingv1.JoinRoomResponse_SignalsReceived:
			if received += len(event.SignalsReceived.GetSignals()); received == 1+Candidates {
				_, err = p.Signaling.ReportOutcome(ctx, &signalingv1.ReportOutcomeRequest{
					PeerId:  peer,
					Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{PeerProof: <-channel.Receive}},
				})
			}
		case *signalingv1.JoinRoomResponse_PairConfirmed:
			return nil
		case *signalingv1.JoinRoomResponse_RoomClosed:
			return fmt.Errorf("room closed: %s", event.RoomClosed.GetReason())
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("not confirmed: %w", stream.Err())
}
