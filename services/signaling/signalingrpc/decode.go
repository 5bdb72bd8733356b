package signalingrpc

import (
	"errors"
	"fmt"
	"slices"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// maxBatches is how many peers a member has at most.
const maxBatches = 7

// decodeFirst checks the first signals of a join. The error is an
// *signaling.InvalidError that lists the fields at fault.
func decodeFirst(messages []*signalingv1.SignalBatch) ([]signaling.Batch, error) {
	var faults signaling.InvalidError
	if len(messages) > maxBatches {
		faults.Add("first_signals", fmt.Sprintf("must hold at most %d", maxBatches))
		return nil, faults.OrNil()
	}
	var batches []signaling.Batch
	for i, message := range messages {
		field := fmt.Sprintf("first_signals[%d].", i)
		if slices.ContainsFunc(batches, func(earlier signaling.Batch) bool { return earlier.PeerID == message.GetToPeerId() }) {
			faults.Add(field+"to_peer_id", "must not repeat another one")
		}
		batch := signaling.Batch{
			PeerID: message.GetToPeerId(), FirstSeq: message.GetFirstSeq(), Signals: decodeSignals(message.GetSignals()),
		}
		var wrong *signaling.InvalidError
		if errors.As(signaling.CheckSignals(batch.FirstSeq, batch.Signals), &wrong) {
			for _, violation := range wrong.Violations {
				faults.Add(field+violation.Field, violation.Description)
			}
		}
		batches = append(batches, batch)
	}
	return batches, faults.OrNil()
}

func decodeSignals(messages []*signalingv1.Signal) []signaling.Signal {
	signals := make([]signaling.Signal, 0, len(messages))
	for _, message := range messages {
		signals = append(signals, signaling.Signal{
			ConnectionID: message.GetConnectionId(),
			Epoch:        message.GetEpoch(),
			Payload:      decodePayload(message),
		})
	}
	return signals
}

// decodePayload returns nil for a payload that is missing or not known, which
// the domain refuses.
func decodePayload(message *signalingv1.Signal) signaling.Payload {
	switch payload := message.GetPayload().(type) {
	case *signalingv1.Signal_Description:
		return signaling.Description{
			Type: descriptionTypes[payload.Description.GetType()],
			SDP:  signaling.FitCandidates(payload.Description.GetSdp()),
		}
	case *signalingv1.Signal_Candidate:
		return signaling.Candidate{
			Candidate:        payload.Candidate.GetCandidate(),
			SDPMid:           payload.Candidate.SdpMid,
			SDPMLineIndex:    payload.Candidate.SdpMLineIndex,
			UsernameFragment: payload.Candidate.UsernameFragment,
		}
	case *signalingv1.Signal_EndOfCandidates:
		return signaling.EndOfCandidates{UsernameFragment: payload.EndOfCandidates.UsernameFragment}
	case *signalingv1.Signal_Renegotiate:
		return signaling.Renegotiate{}
	}
	return nil
}

func (h *Handler) decodeOutcome(roomID string, request *signalingv1.ReportOutcomeRequest) (signaling.Outcome, error) {
	if err := signaling.CheckConnectionID(request.GetConnectionId()); err != nil {
		return signaling.Outcome{}, err
	}
	var violation *rpcerror.Violation
	switch outcome := request.GetOutcome().(type) {
	case *signalingv1.ReportOutcomeRequest_Connected:
		violation = rpcerror.CheckDuration("connected.elapsed", outcome.Connected.GetElapsed())
	case *signalingv1.ReportOutcomeRequest_Failed:
	default:
		violation = &rpcerror.Violation{Field: "outcome", Description: "must be set"}
	}
	if violation != nil {
		return signaling.Outcome{}, &signaling.InvalidError{Violations: []signaling.Violation{*violation}}
	}
	proof := request.GetConnected().GetPeerProof()
	if len(proof) > 0 && !h.Keys.VerifyProof(roomID, request.GetPeerId(), proof) {
		return signaling.Outcome{}, invalid.Field("connected.peer_proof", "must be the proof that this peer's Welcome gave it")
	}
	return signaling.Outcome{Connected: request.GetConnected() != nil, Vouched: len(proof) > 0}, nil
}

var descriptionTypes = map[signalingv1.SessionDescription_Type]signaling.DescriptionType{
	signalingv1.SessionDescription_TYPE_OFFER:    signaling.Offer,
	signalingv1.SessionDescription_TYPE_ANSWER:   signaling.Answer,
	signalingv1.SessionDescription_TYPE_ROLLBACK: signaling.Rollback,
}
