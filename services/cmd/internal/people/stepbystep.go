package people

import (
	"context"
	"fmt"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// StepByStep is the Way of clients that make each step when the one before is
// done: find, join, send the description, send the candidates, report.
func StepByStep(ctx context.Context, p Person, _ Channel, pool string) (*matchmakingv1.Matched, error) {
	ctx, cancel := context.WithCancel(ctx) // ends the streams
	defer cancel()
	match, err := p.Find(ctx, pool)
	if err != nil {
		return nil, fmt.Errorf("find: %w", err)
	}
	if err := p.negotiate(In(ctx, match)); err != nil {
		return nil, fmt.Errorf("negotiate: %w", err)
	}
	return match, nil
}

// negotiate joins the room of ctx, exchanges descriptions and candidates with
// the other one, and reports that they are connected.
func (p Person) negotiate(ctx context.Context) error {
	stream, err := p.Signaling.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the pair is confirmed
	peer, received := "", 0
	for stream.Receive() {
		switch event := stream.Msg().GetEvent().(type) {
		case *signalingv1.JoinRoomResponse_Welcome:
			other := event.Welcome.GetPeers()[0]
			peer = other.GetPeerId()
			err = p.send(ctx, peer, other.GetMyRole())
		case *signalingv1.JoinRoomResponse_SignalsReceived:
			if received += len(event.SignalsReceived.GetSignals()); received == 1+Candidates {
				_, err = p.Signaling.ReportOutcome(ctx, &signalingv1.ReportOutcomeRequest{
					PeerId: peer, Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{}},
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

// send sends the description and then the candidates, in two batches as the SDK
// does.
func (p Person) send(ctx context.Context, peer string, role signalingv1.Role) error {
	kind := signalingv1.SessionDescription_TYPE_OFFER
	if role == signalingv1.Role_ROLE_ANSWERER {
		kind = signalingv1.SessionDescription_TYPE_ANSWER
	}
	if _, err := p.Signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{
		ToPeerId: peer, FirstSeq: 1, Signals: []*signalingv1.Signal{description(kind)},
	}); err != nil {
		return err
	}
	_, err := p.Signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peer, FirstSeq: 2, Signals: candidates()})
	return err
}

func candidates() []*signalingv1.Signal {
	var signals []*signalingv1.Signal
	for i := range Candidates {
		signals = append(signals, Candidate(i))
	}
	return signals
}

func description(kind signalingv1.SessionDescription_Type) *signalingv1.Signal {
	return &signalingv1.Signal{ConnectionId: connectionID, Epoch: 1, Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{Type: kind, Sdp: SDP},
	}}
}

// Candidate returns a candidate of nobody's.
func Candidate(number int) *signalingv1.Signal {
	mid, line := SDPMid, uint32(0)
	return &signalingv1.Signal{ConnectionId: connectionID, Epoch: 1, Payload: &signalingv1.Signal_Candidate{
		Candidate: &signalingv1.IceCandidate{Candidate: CandidateLine(number), SdpMid: &mid, SdpMLineIndex: &line},
	}}
}
