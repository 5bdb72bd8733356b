package rtc

import (
	"syscall/js"
	"time"
)

func (c *browserConnection) Stats() Stats {
	report, err := c.call("getStats")
	if err != nil {
		return Stats{}
	}
	pair := selectedPair(report)
	if !pair.Truthy() {
		return Stats{}
	}
	candidateType := func(id string) string {
		if candidate := report.Call("get", pair.Get(id)); candidate.Truthy() {
			return candidate.Get("candidateType").String()
		}
		return ""
	}
	return Stats{
		Local:         candidateType("localCandidateId"),
		Remote:        candidateType("remoteCandidateId"),
		RoundTrip:     time.Duration(number(pair, "currentRoundTripTime") * float64(time.Second)),
		BytesSent:     uint64(number(pair, "bytesSent")),
		BytesReceived: uint64(number(pair, "bytesReceived")),
	}
}

// selectedPair returns the stats of the candidate pair in use, or undefined.
// Chromium names it in those of the transport, Firefox marks it
// (https://www.w3.org/TR/webrtc-stats/#candidatepair-dict*).
func selectedPair(report js.Value) js.Value {
	found := js.Undefined()
	entries := js.Global().Get("Array").Call("from", report.Call("values"))
	for i := range entries.Length() {
		entry := entries.Index(i)
		switch kind := entry.Get("type").String(); {
		case kind == "transport" && entry.Get("selectedCandidatePairId").Truthy():
			return report.Call("get", entry.Get("selectedCandidatePairId"))
		case kind == "candidate-pair" && entry.Get("selected").Truthy():
			found = entry
		}
	}
	return found
}

func number(object js.Value, name string) float64 {
	if value := object.Get(name); value.Type() == js.TypeNumber {
		return value.Float()
	}
	return 0
}
