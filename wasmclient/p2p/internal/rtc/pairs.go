package rtc

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Pair is a pair of candidates: RTCIceCandidatePairStats of W3C WebRTC statistics.
type Pair struct {
	Local, Remote            string // as CandidateAddress returns them
	LocalType, RemoteType    string // "host", "srflx", "prflx" or "relay"
	State                    string // RTCStatsIceCandidatePairState
	Selected                 bool   // it is in use
	RTT                      time.Duration
	BytesSent, BytesReceived uint64
}

// mostPairs bounds what is shown: a peer may have as many candidates as it likes.
const mostPairs = 64

// pairStates are the states of a pair, those first that matter most.
var pairStates = []string{"succeeded", "in-progress", "waiting", "frozen", "failed"}

// SortPairs orders pairs: the one in use first, then by state and address. It returns at
// most 64, and changes its argument.
func SortPairs(pairs []Pair) []Pair {
	rank := func(pair Pair) int {
		if pair.Selected {
			return -1
		}
		if rank := slices.Index(pairStates, pair.State); rank >= 0 {
			return rank
		}
		return len(pairStates)
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a.Local, b.Local), strings.Compare(a.Remote, b.Remote))
	})
	return pairs[:min(len(pairs), mostPairs)]
}

// CandidateAddress returns the address of a candidate in one word. Host may be empty or a
// name, if the browser hides it.
func CandidateAddress(host string, port int, protocol string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port) + "/" + protocol
}
