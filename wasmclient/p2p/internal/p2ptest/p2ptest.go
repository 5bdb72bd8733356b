// Package p2ptest has what the tests of the SDK's packages share.
package p2ptest

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// Pass lets the time of a synctest bubble pass.
func Pass(t *testing.T, duration time.Duration) {
	t.Helper()
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
		t.Fatal(t.Context().Err())
	}
	synctest.Wait()
}

// PassAnHour lets an hour pass.
func PassAnHour(t *testing.T) {
	t.Helper()
	Pass(t, time.Hour)
}

// WantTexts fails unless the texts are those wanted.
func WantTexts(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Offer returns the signal of an offer.
func Offer(sdp string) *signalingv1.Signal {
	return &signalingv1.Signal{Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{Type: signalingv1.SessionDescription_TYPE_OFFER, Sdp: sdp},
	}}
}

// Candidate returns the signal of a candidate.
func Candidate(text string) *signalingv1.Signal {
	return &signalingv1.Signal{Payload: &signalingv1.Signal_Candidate{
		Candidate: &signalingv1.IceCandidate{Candidate: text},
	}}
}

// RefusedWith returns the error of a server with a detail, such as
// google.rpc.BadRequest.
func RefusedWith(t *testing.T, code rpc.Code, name string, detail lite.Message) *rpc.Error {
	t.Helper()
	data, err := lite.Marshal(detail)
	if err != nil {
		t.Error(err)
	}
	return &rpc.Error{Code: code, Wire: true, Details: []rpc.Detail{{Type: name, Value: data}}}
}
