package rtc

import (
	"strconv"
	"strings"
	"time"
)

// Pair is a pair of candidates: RTCIceCandidatePairStats of W3C WebRTC statistics.
type Pair struct {
	Local, Remote            string // as candidateAddress returns them
	LocalType, RemoteType    string // "host", "srflx", "prflx" or "relay"
	State                    string // RTCStatsIceCandidatePairState
	Selected                 bool   // it is in use
	RTT                      time.Duration
	BytesSent, BytesReceived uint64
}

// mostPairs bounds what is shown: a peer may have as many candidates as it likes.
const mostPairs = 64

// addPair adds a pair to others: the one in use comes first.
func addPair(pairs []*Pair, pair *Pair) []*Pair {
	if pair.Selected && len(pairs) > 0 {
		pair, pairs[0] = pairs[0], pair
	}
	if len(pairs) == mostPairs {
		return pairs
	}
	return append(pairs, pair)
}

// candidateAddress returns the address of a candidate in one word. Host may be empty or a
// name, if the browser hides it.
func candidateAddress(host string, port int, protocol string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port) + "/" + protocol
}
