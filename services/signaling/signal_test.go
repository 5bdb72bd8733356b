package signaling_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

func candidate(address string) signaling.Signal {
	return signaling.Signal{Payload: signaling.Candidate{
		Candidate: "candidate:842163049 1 udp 1677729535 " + address + " 46154 typ host generation 0 ufrag abcd",
	}}
}

func TestCheckSignals(t *testing.T) {
	t.Parallel()
	long, nul, huge := strings.Repeat("x", 300), "\x00", uint32(1<<16)
	offer := signaling.Signal{ConnectionID: "c1", Epoch: 1, Payload: signaling.Description{Type: signaling.Offer, SDP: "v=0\r\n"}}
	for name, test := range map[string]struct {
		first   uint64
		signals []signaling.Signal
		field   string // empty: fine
	}{
		"an offer":              {1, []signaling.Signal{offer}, ""},
		"a rollback":            {1, []signaling.Signal{{Payload: signaling.Description{Type: signaling.Rollback}}}, ""},
		"an IPv4 candidate":     {1, []signaling.Signal{candidate("192.0.2.1")}, ""},
		"an IPv6 candidate":     {1, []signaling.Signal{candidate("2001:db8::1")}, ""},
		"an mDNS candidate":     {1, []signaling.Signal{candidate("0b1c2d3e-0000-4000-8000-000000000000.local")}, ""},
		"the end of candidates": {1, []signaling.Signal{{Payload: signaling.EndOfCandidates{}}}, ""},
		"seq zero":              {0, []signaling.Signal{offer}, "first_seq"},
		"no signals":            {1, nil, "signals"},
		"too many signals":      {1, make([]signaling.Signal, 129), "signals"},
		"no payload":            {1, []signaling.Signal{offer, {}}, "signals[1].payload"},
		"a strange connection":  {1, []signaling.Signal{{ConnectionID: "a b", Payload: signaling.Renegotiate{}}}, "signals[0].connection_id"},
		"no type":               {1, []signaling.Signal{{Payload: signaling.Description{SDP: "v=0"}}}, "signals[0].description.type"},
		"no description":        {1, []signaling.Signal{{Payload: signaling.Description{Type: signaling.Answer}}}, "signals[0].description.sdp"},
		"a long description":    {1, []signaling.Signal{{Payload: signaling.Description{Type: signaling.Answer, SDP: "v=0" + strings.Repeat("x", 16<<10)}}}, "signals[0].description.sdp"},
		"a rollback with text":  {1, []signaling.Signal{{Payload: signaling.Description{Type: signaling.Rollback, SDP: "v=0"}}}, "signals[0].description.sdp"},
		"an empty candidate":    {1, []signaling.Signal{{Payload: signaling.Candidate{}}}, "signals[0].candidate.candidate"},
		"rubbish":               {1, []signaling.Signal{{Payload: signaling.Candidate{Candidate: "hello"}}}, "signals[0].candidate.candidate"},
		"a NUL in a mid":        {1, []signaling.Signal{{Payload: signaling.Candidate{Candidate: browserCandidates[0], SDPMid: &nul}}}, "signals[0].candidate.sdp_mid"},
		"a huge line index":     {1, []signaling.Signal{{Payload: signaling.Candidate{Candidate: browserCandidates[0], SDPMLineIndex: &huge}}}, "signals[0].candidate.sdp_m_line_index"},
		"a NUL in a fragment":   {1, []signaling.Signal{{Payload: signaling.Candidate{Candidate: browserCandidates[0], UsernameFragment: &nul}}}, "signals[0].candidate.username_fragment"},
		"a long mid":            {1, []signaling.Signal{{Payload: signaling.Candidate{Candidate: candidate("192.0.2.1").Payload.(signaling.Candidate).Candidate, SDPMid: &long}}}, "signals[0].candidate.sdp_mid"},
		"a long fragment":       {1, []signaling.Signal{{Payload: signaling.EndOfCandidates{UsernameFragment: &long}}}, "signals[0].end_of_candidates.username_fragment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := signaling.CheckSignals(test.first, test.signals)
			if test.field == "" {
				if err != nil {
					t.Errorf("error %v, want none", err)
				}
				return
			}
			var invalid *signaling.InvalidError
			if !errors.As(err, &invalid) || invalid.Violations[0].Field != test.field {
				t.Errorf("error %v, want a violation of %s", err, test.field)
			}
		})
	}
}

func TestCheckSignalsBytes(t *testing.T) {
	t.Parallel()
	offer := signaling.Signal{Payload: signaling.Description{Type: signaling.Offer, SDP: "v=0" + strings.Repeat("x", 16<<10-3)}}
	var signals []signaling.Signal
	for range 6 {
		signals = append(signals, offer)
	}
	if err := signaling.CheckSignals(1, signals[:5]); err != nil {
		t.Errorf("80 KB: %v", err)
	}
	if err := signaling.CheckSignals(1, signals); err == nil {
		t.Error("96 KB and more: no error")
	}
}
