package signalingrpc

import (
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

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

func decodeOutcome(request *signalingv1.ReportOutcomeRequest) (signaling.Outcome, error) {
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
	return signaling.Outcome{Connected: request.GetConnected() != nil}, nil
}

var descriptionTypes = map[signalingv1.SessionDescription_Type]signaling.DescriptionType{
	signalingv1.SessionDescription_TYPE_OFFER:    signaling.Offer,
	signalingv1.SessionDescription_TYPE_ANSWER:   signaling.Answer,
	signalingv1.SessionDescription_TYPE_ROLLBACK: signaling.Rollback,
}
