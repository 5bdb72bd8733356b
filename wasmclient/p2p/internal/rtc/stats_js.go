package rtc

import (
	"syscall/js"
	"time"
)

func (c *browserConnection) Stats() Stats {
	pairs := c.Pairs()
	if len(pairs) == 0 || !pairs[0].Selected {
		return Stats{}
	}
	pair := pairs[0]
	return Stats{
		Local: pair.LocalType, Remote: pair.RemoteType,
		RoundTrip: pair.RTT, BytesSent: pair.BytesSent, BytesReceived: pair.BytesReceived,
	}
}

func (c *browserConnection) Pairs() []*Pair {
	report, err := c.call("getStats")
	if err != nil {
		return nil
	}
	selected := text(selectedPair(report), "id")
	var pairs []*Pair
	entries := js.Global().Get("Array").Call("from", report.Call("values"))
	for i := range entries.Length() {
		entry := entries.Index(i)
		if text(entry, "type") != "candidate-pair" {
			continue
		}
		pair := &Pair{
			State: text(entry, "state"), Selected: selected != "" && text(entry, "id") == selected,
			RTT:       time.Duration(number(entry, "currentRoundTripTime") * float64(time.Second)),
			BytesSent: uint64(number(entry, "bytesSent")), BytesReceived: uint64(number(entry, "bytesReceived")),
		}
		pair.Local, pair.LocalType = browserCandidate(report, entry.Get("localCandidateId"))
		pair.Remote, pair.RemoteType = browserCandidate(report, entry.Get("remoteCandidateId"))
		pairs = addPair(pairs, pair)
	}
	return pairs
}

func browserCandidate(report, id js.Value) (address, kind string) {
	candidate := report.Call("get", id)
	if !candidate.Truthy() {
		return "", ""
	}
	return candidateAddress(text(candidate, "address"), int(number(candidate, "port")), text(candidate, "protocol")), text(candidate, "candidateType")
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

// text returns a property that is a string, or "".
func text(object js.Value, name string) string {
	if !object.Truthy() {
		return ""
	}
	if value := object.Get(name); value.Type() == js.TypeString {
		return value.String()
	}
	return ""
}
